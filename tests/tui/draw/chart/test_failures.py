import pytest

from relaytop.monitor.points import Point
from relaytop.monitor.record import TIMEOUT
from relaytop.monitor.summary import LastError
from relaytop.tui.draw.chart.failures import failure_lines
from relaytop.tui.draw.glyphs import ASCII, UNICODE
from relaytop.tui.draw.text_runs import line_width

T0 = 1_790_000_000.0
NAN = float("nan")
FAILURES = [Point(T0 + at, NAN, NAN, TIMEOUT) for at in (10.0, 20.0, 30.0)]
WORDS = "upstream request timed out before the reply was complete, by our gateway's own clock"
ERRORS = [LastError("timeout", T0 + 20.004, WORDS, "req_0123456789abcdef")]


def texts(chosen_at: float | None, room: tuple[int, int]) -> list[str]:
    found = failure_lines(FAILURES, chosen_at, ERRORS, room, UNICODE)
    return ["".join(text for text, _role in line) for line in found]


@pytest.fixture(autouse=True)
def _utc(zone: object) -> None:
    assert callable(zone)
    zone("UTC")


def test_the_message_has_a_line_to_itself_where_there_is_one() -> None:
    first, second = texts(T0 + 20.0, (80, 2))
    assert first == " ▼ 2 of 3  14:13:40  timeout  id req_0123456789abcdef"
    assert second.startswith(f"   {WORDS[:70]}")


def test_on_one_line_the_message_is_cut_and_the_id_stays() -> None:
    (line,) = texts(T0 + 20.0, (80, 1))
    assert line.startswith(" ▼ 2 of 3  14:13:40  timeout  upstream request")
    assert line.endswith("…  id req_0123456789abcdef")
    (line,) = texts(T0 + 20.0, (50, 1))
    assert line.endswith("upstream request ti…")


def test_a_failure_whose_message_is_gone_has_its_time_and_class() -> None:
    assert texts(T0 + 10.0, (80, 2)) == [" ▼ 1 of 3  14:13:30  timeout  message no longer kept"]


def test_without_a_choice_the_classes_are_counted() -> None:
    assert texts(None, (80, 2)) == [" 3 failures in this range: timeout 3"]
    assert texts(T0 + 99.0, (80, 2)) == [" 3 failures in this range: timeout 3"]


@pytest.mark.parametrize("width", [1, 7, 20, 40, 60, 90])
@pytest.mark.parametrize("height", [1, 2])
def test_no_line_is_wider_than_its_room(width: int, height: int) -> None:
    for chosen in (None, T0 + 10.0, T0 + 20.0):
        for glyphs in (UNICODE, ASCII):
            lines = failure_lines(FAILURES, chosen, ERRORS, (width, height), glyphs)
            assert len(lines) <= height
            assert all(line_width(line) <= width for line in lines)
