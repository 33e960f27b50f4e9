"""The top line of a fleet."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.monitor.source import PrometheusState
from relaytop.tui.draw.fleet_parts import Places, places_of
from relaytop.tui.draw.glyphs import UNICODE
from relaytop.tui.draw.text_runs import Line, line_width
from relaytop.tui.draw.topline import Badges, topline
from tests.support.fleets import fleet, row_of
from tests.tui.draw.test_topline import NOW, USUAL

ASKED = dataclasses.replace(
    USUAL,
    in_flight=0,
    budget=None,
    usd_per_h=None,
    projected_usd_per_h=None,
    usd_per_h_complete=False,
    prometheus=PrometheusState(NOW - 12),
)


def drawn(width: int, places: Places, state: PrometheusState | None = ASKED.prometheus) -> Line:
    overview = dataclasses.replace(ASKED, prometheus=state)
    line = topline(overview, NOW, width, UNICODE, Badges(places=places), live=True)
    assert line_width(line) == width
    return line


def text(line: Line) -> str:
    return "".join(run for run, _role in line)


def role(line: Line, words: str) -> str:
    return next(role for run, role in line if words in run)


def test_a_place_is_unreachable_where_none_of_its_rows_is_heard_from() -> None:
    assert places_of(fleet().values()) == Places(3, ("ap-south",))
    rows = [*fleet().values(), row_of("holysheep/o3 @ ap-south"), row_of("holysheep/o3")]
    assert places_of(rows) == Places(3)


@pytest.mark.parametrize(
    ("width", "shown"),
    [(60, "2/20 unreachable"), (120, "2 of 20 places unreachable: ops-7, ops-9")],
)
def test_unreachable_places_are_told_at_every_width(width: int, shown: str) -> None:
    assert f" {shown} " in text(drawn(width, Places(20, ("ops-7", "ops-9"))))


def test_what_is_too_many_is_counted() -> None:
    many = Places(9, tuple(f"ops-{n}" for n in range(5)))
    assert "5 of 9 places unreachable: ops-0, ops-1, ops-2, +2" in text(drawn(160, many))


def test_a_fleet_that_is_well_has_its_size_and_nothing_that_is_not_known() -> None:
    line = text(drawn(160, Places(20)))
    assert "20 places" in line
    assert "Prometheus 12 s ago" in line
    for unknown in ("in flight", "skipped", "cost", "$"):
        assert unknown not in line
    assert "1 place " in text(drawn(160, Places(1)))
    none = dataclasses.replace(ASKED, usd_per_h=0.0)
    assert "$" not in text(topline(none, NOW, 160, UNICODE, Badges(), live=True))
    known = dataclasses.replace(ASKED, usd_per_h=0.25)
    assert "≥$0.25/h" in text(topline(known, NOW, 160, UNICODE, Badges(), live=True))


@pytest.mark.parametrize(
    ("age_s", "said", "colour"),
    [(0.0, "0 s", "dim"), (59.9, "59 s", "dim"), (60.0, "60 s", "bad"), (600.0, "10 min", "bad")],
)
def test_the_age_of_the_last_answer_is_red_from_a_minute_on(
    age_s: float, said: str, colour: str
) -> None:
    line = drawn(120, Places(20), PrometheusState(NOW - age_s))
    assert role(line, f"Prometheus {said} ago") == colour


def test_before_the_first_answer_there_is_none() -> None:
    assert role(drawn(120, Places(), PrometheusState()), "no answer from Prometheus") == "dim"
    failed = PrometheusState(problem="connection refused")
    assert role(drawn(120, Places(), failed), "no answer from Prometheus") == "bad2"
    assert "Prometheus" not in text(drawn(120, Places(), None))


@given(st.integers(60, 250), st.floats(0, 1e6))
def test_no_part_comes_and_goes_with_the_age(width: int, age_s: float) -> None:
    lines = [text(drawn(width, Places(20), PrometheusState(NOW - each))) for each in (12.0, age_s)]
    assert ("Prometheus" in lines[0]) == ("Prometheus" in lines[1])
