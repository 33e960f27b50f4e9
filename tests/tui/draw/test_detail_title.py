"""The detail's first line: what gives way where not all has room."""

import pytest

from relaytop.tui.draw.detail_title import title_line
from relaytop.tui.draw.glyphs import UNICODE
from relaytop.tui.draw.text_runs import Line, line_width
from tests.support.samples import T0

NAME = "openrouter/meta-llama/llama-3.3-70b-instruct"
STATE: Line = [("  ✗ down", "bad"), ("  auth", "bad"), ("   alert", "bad")]


def text_at(width: int, state: Line = STATE) -> str:
    line = title_line(NAME, state, T0 - 22, T0, width, UNICODE)
    assert line_width(line) <= width
    return "".join(text for text, _role in line)


@pytest.mark.parametrize(
    ("width", "end"), [(120, " (22s) ─"), (90, " (22s)"), (78, "alert  for 22s ─"), (66, "alert")]
)
def test_the_time_is_told_in_what_has_room(width: int, end: str) -> None:
    assert NAME in text_at(width)
    assert text_at(width).rstrip("─ ").endswith(end.rstrip("─ "))


def test_a_name_is_cut_in_its_middle_before_the_state_is() -> None:
    text = text_at(50)
    assert text.startswith("openrouter/m")
    assert "…" in text
    assert text.endswith("instruct  ✗ down  auth   alert")
