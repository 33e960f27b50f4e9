"""relaytop as its user runs it: the command, and the types of the fixtures that run it."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from click.testing import Result

    from tests.support.terminal import Terminal

RELAYTOP = (sys.executable, "-c", "from relaytop.cli.main import main; main()")


class Start(Protocol):
    """Starts relaytop in a terminal of its own."""

    def __call__(
        self, *arguments: str, columns: int = 120, rows: int = 36, **environ: str
    ) -> Terminal:
        """Return the terminal; `environ` is added to the test's `home`."""
        ...


class Run(Protocol):
    """Runs relaytop as a process to its end."""

    def __call__(
        self,
        *arguments: object,
        stdout: int = subprocess.PIPE,
        timeout_s: float = 60.0,
        environ: Mapping[str, str] | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Return what it wrote; `environ` is added to the test's `home` and `api_keys`."""
        ...


class Refused(Protocol):
    """Runs relaytop, which must end with a complaint alone."""

    def __call__(self, *arguments: object, **environ: str) -> str:
        """Return the complaint."""
        ...


class Invoke(Protocol):
    """Calls a command in the test's own process; what it raises is the test's to catch."""

    def __call__(self, *arguments: str, **environ: str) -> Result:
        """Return what it wrote; `environ` is added to the environment and `api_keys`."""
        ...
