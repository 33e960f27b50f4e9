"""Loading the settings in a process of its own.

The library that checks a config file takes 50 ms and 10 MB, which a screen that runs for weeks
need not keep. A fork does it while Textual is imported, and hands the settings back on a pipe.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, cast

from relaytop.config.errors import ConfigError, RelaytopError

if TYPE_CHECKING:
    from collections.abc import Callable

    from relaytop.cli.options import Options
    from relaytop.config.settings import Settings
    from relaytop.protocol.messages import Start

GOOD, BAD = b"+", b"-"
READ_BYTES = 65536


def begin_loading(options: Options, *, view_only: bool = False) -> Callable[[], Settings]:
    """Begin to load the settings and return what waits for them.

    With `view_only` they name nothing to probe: see `load_view_settings`.

    Must be called before any thread is started. The returned function raises `ConfigError` with
    the sentence that `load_settings` would have raised.
    """
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        _load(options, writing, view_only=view_only)
    os.close(writing)

    def wait() -> Settings:
        # Imported while the fork works, which can begin the earlier for it.
        from relaytop.protocol.codec import decode_command  # noqa: PLC0415 - see above

        answer = b""
        while data := os.read(reading, READ_BYTES):
            answer += data
        os.close(reading)
        os.waitpid(pid, 0)
        if answer[:1] == BAD:
            raise ConfigError(*answer[1:].decode().split("\n"))
        return cast("Start", decode_command(answer[1:])).settings

    return wait


def _load(options: Options, writing: int, *, view_only: bool) -> None:
    """Load the settings, write the answer and end this process."""
    try:
        from relaytop.config import load  # noqa: PLC0415 - in the fork alone
        from relaytop.protocol.codec import encode  # noqa: PLC0415 - in the fork alone
        from relaytop.protocol.messages import Start  # noqa: PLC0415 - in the fork alone

        load_them = load.load_view_settings if view_only else load.load_settings
        settings = load_them(config=options.config, flags=options.flags, environ=os.environ)
        answer = GOOD + encode(Start(settings))
    except RelaytopError as error:
        answer = BAD + str(error).encode()
    except BaseException as error:  # noqa: BLE001 - nothing may unwind into the parent's stack
        answer = BAD + f"the settings cannot be loaded: {type(error).__name__}: {error}".encode()
    while answer:
        answer = answer[os.write(writing, answer) :]
    os._exit(0)
