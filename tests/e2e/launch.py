"""relaytop as its user runs it: its own process, its own home, a real terminal."""

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.terminal import Terminal

RELAYTOP = (sys.executable, "-c", "from relaytop.cli.main import main; main()")

Start = Callable[..., Terminal]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[dict[str, str]]:
    """An environment without keys, whose config, data and runtime folders are the test's own."""
    keep = {
        name: os.environ[name] for name in ("PATH", "LANG", "VIRTUAL_ENV") if name in os.environ
    }
    # With a short name: the path of a socket has 107 bytes at most.
    with tempfile.TemporaryDirectory(prefix="rt") as runtime:
        yield {
            **keep,
            "HOME": str(tmp_path),
            "XDG_CONFIG_HOME": str(tmp_path / "config"),
            "XDG_DATA_HOME": str(tmp_path / "data"),
            "XDG_RUNTIME_DIR": runtime,
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            "LC_ALL": "C.UTF-8",
            "TZ": "UTC",
        }


@pytest.fixture
def start(home: dict[str, str]) -> Iterator[Start]:
    """Start relaytop in a terminal; whatever a test leaves running is ended."""
    opened: list[Terminal] = []

    def begin(*arguments: str, columns: int = 120, rows: int = 36, **more: str) -> Terminal:
        terminal = Terminal(
            [*RELAYTOP, *arguments], columns=columns, rows=rows, environ={**home, **more}
        )
        opened.append(terminal)
        return terminal

    yield begin
    for terminal in opened:
        terminal.__exit__()
