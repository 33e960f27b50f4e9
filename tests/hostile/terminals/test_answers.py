"""Late answers of a real terminal reach a running relaytop in pieces: they press no key."""

import itertools
import os
from pathlib import Path

from tests.support.launch import Start
from tests.tui.terminal.test_input import ANSWERS


def test_a_terminal_that_answers_late_and_in_pieces_changes_nothing(
    start: Start, home: dict[str, str]
) -> None:
    """As tmux forwards them on attaching over ssh: no pause, no filter, no help, no snapshot."""
    terminal = start("demo")
    terminal.wait_for(lambda text: "● 8 up" in text or "●8" in text)
    pieces = itertools.cycle([1, 3, 2, 7])
    for answer in ANSWERS.values():
        data = answer.encode("utf-8", "surrogateescape")
        while data:
            length = 2 if data[:1] == b"\x1b" else next(pieces)
            os.write(terminal.fd, data[:length])
            data = data[length:]
            terminal.read(0.005)
    terminal.read(1.0)
    text = terminal.text
    assert "PAUSED" not in text
    assert "by you" not in text
    assert "? help" in text
    assert "snapshot saved" not in text
    assert not list(Path(home["XDG_DATA_HOME"]).rglob("live-*.toml"))
    terminal.press("p")
    terminal.wait_for("PAUSED")
    terminal.press("q")
    assert terminal.wait() == 0


def test_a_lone_escape_is_a_key_soon(start: Start) -> None:
    terminal = start("demo")
    terminal.wait_for("holysheep/gpt-4.1")
    terminal.press("?")
    terminal.wait_for("help: monitor")
    terminal.press("escape")
    terminal.wait_for(lambda text: "help: monitor" not in text)
    terminal.press("q")
    assert terminal.wait() == 0
