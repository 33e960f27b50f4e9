"""Whether the terminal around tmux takes UTF-8: tmux itself shows it `_` for each sign if not."""

from __future__ import annotations

import subprocess
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

ENVIRONMENT = ("PATH", "HOME", "TMUX", "TMUX_TMPDIR", "LANG", "LC_ALL", "LC_CTYPE")
"""Variables that tmux needs: no key is among them."""


class TmuxQuery:
    """A question to the tmux that we run in, answered while one goes on.

    Args:
        environ: The environment, with `TMUX`.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        pane = environ.get("TMUX_PANE")
        where = ["-t", pane] if pane else []
        try:
            self._process: subprocess.Popen[bytes] | None = subprocess.Popen(  # noqa: S603
                ["tmux", "display-message", "-p", *where, "#{client_utf8}"],  # noqa: S607
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={name: environ[name] for name in ENVIRONMENT if name in environ},
            )
        except OSError:
            self._process = None

    def answer(self, deadline_s: float) -> bool | None:
        """Return whether it takes UTF-8; None where that is not known by the deadline.

        Args:
            deadline_s: By `time.monotonic`.
        """
        if self._process is None:
            return None
        try:
            said, _ = self._process.communicate(timeout=max(0.01, deadline_s - time.monotonic()))
        except (subprocess.TimeoutExpired, OSError):
            return None
        return {b"0": False, b"1": True}.get(said.strip())

    def close(self) -> None:
        """End the question."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None
