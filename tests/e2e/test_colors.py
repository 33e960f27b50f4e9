"""The colours that the real screen sends, by what the environment tells of the terminal."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from relaytop.tui.terminal.contrast import contrast
from relaytop.tui.terminal.styles import DEFAULT, after_sgr
from tests.tui.terminal.colors import LINUX_CONSOLE, XTERM_COLORS

if TYPE_CHECKING:
    from tests.support.launch import Start
    from tests.support.terminal import Terminal


def tour(terminal: Terminal) -> list[str]:
    """Look at the monitor, its pages and dialogs; return the parameters of each SGR sent."""
    terminal.wait_for("holysheep/gpt-4.1")
    for keys, seen in (("jj", " up "), ("?", "Freeze the screen"), ("\x1b", " up "), ("z", " up ")):
        terminal.press(*keys)
        terminal.read(0.3)
        terminal.wait_for(seen)
    terminal.press("t")
    terminal.read(1.0)
    terminal.press("q")
    assert terminal.wait() == 0
    return [match.decode() for match in re.findall(rb"\x1b\[([\d;:]*)m", bytes(terminal.raw))]


@pytest.mark.parametrize(
    ("flags", "environ"),
    [
        ((), {"NO_COLOR": "1"}),
        ((), {"TERM": "vt100"}),
        (("--no-color",), {"TERM": "linux"}),
    ],
    ids=["NO_COLOR", "vt100", "linux"],
)
def test_without_colours_no_colour_is_sent(
    start: Start, flags: tuple[str, ...], environ: dict[str, str]
) -> None:
    sent = tour(start("demo", *flags, columns=120, rows=36, **environ))
    codes = {int(code or 0) for parameters in sent for code in re.split("[;:]", parameters)}
    assert codes <= {0, 1, 2, 22, 4, 24, 7, 27}
    assert {1, 7} <= codes


def test_an_empty_no_color_is_none(start: Start) -> None:
    assert any("38;2;" in parameters for parameters in tour(start("demo", NO_COLOR="")))


@pytest.mark.parametrize(
    ("environ", "pattern"),
    [
        ({"TERM": "linux"}, r"([0-9]|2\d|3[0-79]|4[0-79])"),
        ({"TERM": "xterm"}, r"([0-9]|2\d|3[0-79]|4[0-79]|9[0-7]|10[0-7])"),
        ({"TERM": "xterm-256color"}, r"([0-9]|2\d|39|49|[34]8;5;\d+)"),
    ],
    ids=lambda value: value.get("TERM", "") if isinstance(value, dict) else "",
)
def test_what_is_sent_fits_the_terminal_and_can_be_read(
    start: Start, environ: dict[str, str], pattern: str
) -> None:
    sent = tour(start("demo", columns=120, rows=36, **{"COLORTERM": "", **environ}))
    style = DEFAULT
    terminal = LINUX_CONSOLE if environ["TERM"] == "linux" else XTERM_COLORS
    for parameters in sent:
        assert re.fullmatch(f"({pattern}(;{pattern})*)?", parameters), parameters
        style = after_sgr(style, parameters)
        if environ["TERM"] != "xterm-256color":  # what a dialog makes faint behind it is no text
            assert contrast(*terminal.pair(style)) >= 3.0, parameters
