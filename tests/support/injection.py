"""What is wrong inside relaytop's processes, said from outside while they run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tests.support.injected.sitecustomize import HOST

if TYPE_CHECKING:
    from collections.abc import Mapping

SITE = Path(__file__).with_name("injected")


class Injection:
    """Changes how processes started with `environ` see their world.

    Args:
        home: The environment of the test.
    """

    def __init__(self, home: Mapping[str, str]) -> None:
        self._folder = Path(home["HOME"]) / "injected"
        self._folder.mkdir()
        self.environ = {"PYTHONPATH": str(SITE)}

    def _put(self, name: str, text: str) -> None:
        fresh = self._folder / f".{name}"
        fresh.write_text(text)
        fresh.rename(self._folder / name)

    def set_clock(self, ahead_s: float) -> None:
        """Set the system's clock ahead of the true one by so many seconds."""
        self._put("clock", str(ahead_s))

    def set_resolver(self, state: str) -> None:
        """Let `HOST` resolve (""), not resolve ("gone"), or its resolver say nothing ("silent")."""
        self._put("resolver", state)

    def delay_engine(self, seconds: float) -> None:
        """Let an engine do nothing for so long when it is started."""
        self._put("slow-start", str(seconds))

    def replace_engine(self, program: Path) -> None:
        """Run a Python program in the place of each engine that is started."""
        self._put("engine", str(program))


__all__ = ["HOST", "Injection"]
