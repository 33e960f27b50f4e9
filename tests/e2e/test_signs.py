"""ASCII by itself where the terminal cannot show our signs: multiplexers, old terminals."""

from __future__ import annotations

import shlex
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.launch import RELAYTOP
from tests.support.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.support.launch import Start

DRAWN = ("holysheep", "/1000", "? help")
LOCALES = [("C", True), ("C.UTF-8", False)]


def assert_signs(terminal: Terminal, *, ascii_only: bool) -> None:
    up = "+ up" if ascii_only else "● up"
    text = terminal.wait_for(lambda text: all(part in text for part in (*DRAWN, up)))
    assert text.isascii() is ascii_only, text


def inside(argv: list[str], home: Mapping[str, str], locale: str) -> Terminal:
    environ = {**home, "LANG": locale, "SHELL": "/bin/sh"}
    return Terminal(argv, environ={k: v for k, v in environ.items() if k != "LC_ALL"})


@pytest.fixture
def sockets(tmp_path: Path) -> Path:
    folder = tmp_path / "s"
    folder.mkdir(0o700)
    return folder


@pytest.mark.skipif(shutil.which("screen") is None, reason="GNU screen is not installed")
@pytest.mark.parametrize(("locale", "ascii_only"), LOCALES)
def test_in_gnu_screen(
    home: dict[str, str], sockets: Path, locale: str, *, ascii_only: bool
) -> None:
    home |= {"SCREENDIR": str(sockets)}
    with inside(["screen", *RELAYTOP, "demo"], home, locale) as terminal:
        assert_signs(terminal, ascii_only=ascii_only)
        terminal.press("q")
        assert terminal.wait() == 0


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
@pytest.mark.parametrize(("locale", "ascii_only"), LOCALES)
def test_in_tmux(home: dict[str, str], sockets: Path, locale: str, *, ascii_only: bool) -> None:
    tmux = ["tmux", "-S", str(sockets / "tmux"), "-f", "/dev/null"]
    command = f"cd {shlex.quote(str(Path.cwd()))}; exec {shlex.join(RELAYTOP)} demo"
    with inside([*tmux, "new", command], home, locale) as terminal:
        assert_signs(terminal, ascii_only=ascii_only)
        terminal.press("q")
        assert terminal.wait() == 0


def test_over_plain_ssh_the_locale_alone_says_nothing(home: dict[str, str]) -> None:
    environ = {**home, "LANG": "C", "LC_ALL": "C"}
    with Terminal([*RELAYTOP, "demo"], environ=environ, answers=True) as terminal:
        assert_signs(terminal, ascii_only=False)


@pytest.mark.parametrize("term", ["linux", "vt100"])
def test_the_console_has_no_shapes_for_them(start: Start, term: str) -> None:
    assert_signs(start("demo", TERM=term), ascii_only=True)


def test_keys_that_are_typed_before_the_first_picture_count(start: Start) -> None:
    terminal = start("demo")
    terminal.press("z", "B")
    text = terminal.wait_for(" B/s")
    assert "P50" not in text.splitlines()[1]  # the table is not there: the target has the screen
    terminal.press("q")
    assert terminal.wait() == 0
