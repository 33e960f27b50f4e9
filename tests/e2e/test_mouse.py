"""The mouse of a real terminal: what is asked of it, and what it reports."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.mouse import CLICKS, modes_asked

if TYPE_CHECKING:
    from tests.support.launch import Start


def test_it_asks_for_clicks_and_the_wheel_alone_and_gives_them_back(start: Start) -> None:
    terminal = start("demo")
    terminal.wait_for("holysheep/gpt-4.1")
    # As a terminal that reports its size within the stream: no pixels are asked for.
    terminal.press("\x1b[?2048;2$y")
    terminal.read(0.5)
    assert modes_asked(terminal) == dict.fromkeys(CLICKS, True)
    terminal.press("q")
    assert terminal.wait() == 0
    assert modes_asked(terminal) == dict.fromkeys(CLICKS, False)


def test_m_gives_them_back_while_it_runs(start: Start) -> None:
    terminal = start("demo")
    terminal.wait_for("holysheep/gpt-4.1")
    terminal.press("m")
    terminal.wait_for("mouse off")
    assert modes_asked(terminal) == dict.fromkeys(CLICKS, False)
    terminal.press("m")
    terminal.wait_for("mouse on")
    assert modes_asked(terminal) == dict.fromkeys(CLICKS, True)
    terminal.press("^c")
    assert terminal.wait() == 130
    assert modes_asked(terminal) == dict.fromkeys(CLICKS, False)


@pytest.mark.parametrize("arguments", [("--no-mouse", "demo"), ("demo",)], ids=str)
def test_without_a_mouse_nothing_is_asked_until_m(
    start: Start, home: dict[str, str], arguments: tuple[str, ...]
) -> None:
    if "--no-mouse" not in arguments:
        folder = Path(home["XDG_CONFIG_HOME"]) / "relaytop"
        folder.mkdir(parents=True)
        (folder / "config.toml").write_text("mouse = false\n")
    terminal = start(*arguments)
    terminal.wait_for("holysheep/gpt-4.1")
    terminal.read(0.5)
    assert modes_asked(terminal) == {}
    terminal.press("m")
    terminal.wait_for("mouse on")
    assert modes_asked(terminal) == dict.fromkeys(CLICKS, True)
    terminal.press("q")
    assert terminal.wait() == 0
    assert modes_asked(terminal) == dict.fromkeys(CLICKS, False)


def test_a_click_and_the_wheel_arrive(start: Start) -> None:
    terminal = start("demo", rows=24)
    terminal.wait_for(lambda text: "P95" in text and "? help" in text)
    x = terminal.text.splitlines()[1].index("P95") + 1
    terminal.press(f"\x1b[<0;{x};2M\x1b[<0;{x};2m")
    terminal.wait_for("▼P95")
    terminal.press(f"\x1b[<0;{x};2M\x1b[<0;{x};2m")
    terminal.wait_for("▲P95")
    terminal.press("?")
    terminal.wait_for("Symbols" if "Signs" in terminal.text else "esc closes")
    before = terminal.text
    terminal.press("\x1b[<65;20;12M" * 3)
    terminal.wait_for(lambda text: text != before)
