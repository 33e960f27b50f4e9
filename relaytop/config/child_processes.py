"""Child processes and their environments: no key is in one that need not be."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import relaytop
from relaytop.config.environment import KNOWN
from relaytop.config.keys import VARIABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

FOLDER = Path(relaytop.__file__).parent.parent
"""The folder that the package lies in: `python -m relaytop…` finds it there though it is not
installed, and no stray module of the user's folder is loaded in place of a library's."""

_OTLP_HEADERS = tuple(
    f"OTEL_EXPORTER_OTLP_{signal_name}HEADERS"
    for signal_name in ("", "METRICS_", "TRACES_", "LOGS_")
)
"""They usually hold a collector's key."""
_PASSED_ON = {
    "PATH",
    "HOME",
    "LANG",
    "TZ",
    "TMPDIR",
    "VIRTUAL_ENV",
    "LD_LIBRARY_PATH",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "SSLKEYLOGFILE",
    "RES_OPTIONS",
    "LOCALDOMAIN",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
}


def child_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the part of an environment that a process of relaytop needs: no key is in it."""
    return {
        name: value
        for name, value in environ.items()
        if name.upper() in _PASSED_ON or name.startswith(("LC_", "PYTHON"))
    }


def start_module(
    module: str,
    arguments: Sequence[str],
    environ: Mapping[str, str],
    *,
    stderr: int = subprocess.DEVNULL,
    new_session: bool = False,
) -> subprocess.Popen[bytes]:
    """Start one of our modules as a child process, with unbuffered pipes at stdin and stdout.

    Args:
        module: Its name, as for `python -m`.
        arguments: Its command line.
        environ: The environment; only what a child needs of it is passed on.
        stderr: As for `subprocess.Popen`.
        new_session: Whether it leaves the terminal's process group.

    Raises:
        OSError: The process cannot be started.
    """
    return subprocess.Popen(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-m", module, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=stderr,
        cwd=FOLDER,
        env=child_environment(environ),
        start_new_session=new_session,
        bufsize=0,
    )


def without_keys(environ: Mapping[str, str], origins: Iterable[str]) -> dict[str, str]:
    """Return an environment for a program of the user's: all of it but the keys.

    Args:
        environ: The environment.
        origins: Sources of keys: variables, or the words of `Provider.key_from`.
    """
    hidden = {*KNOWN, *_OTLP_HEADERS, *(origin.removeprefix(VARIABLE) for origin in origins)}
    return {name: value for name, value in environ.items() if name not in hidden}


def stop_process(
    process: subprocess.Popen[bytes], step_s: float, ended: Callable[[], None] = lambda: None
) -> None:
    """End a child and close its pipes: end of its input, then SIGTERM, then SIGKILL; never hangs.

    One that was stopped (SIGSTOP) is continued, so that it can write what it has not written yet.

    Args:
        process: It may have ended already.
        step_s: How long to wait after each of the three.
        ended: Called when it has ended, before its pipes are closed.
    """
    if process.stdin is not None:
        process.stdin.close()
    process.send_signal(signal.SIGCONT)
    for send_signal in (None, process.terminate, process.kill):
        if send_signal is not None:
            send_signal()
        try:
            process.wait(step_s)
            break
        except subprocess.TimeoutExpired:
            continue
    ended()
    for pipe in (process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()
