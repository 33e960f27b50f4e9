"""The event log's order, and the lines that several targets share."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from relaytop.monitor.event import Event, Kind
from relaytop.tui.draw.log import MOMENT_S, newest_first
from relaytop.tui.draw.pages import log_item
from relaytop.tui.draw.text_runs import line_width
from tests.support.samples import T0


def event(at: float, kind: Kind, text: str = "") -> Event:
    return Event(T0 + at, kind, "info", "a/b", text)


def test_a_status_comes_before_the_waits_of_its_moment() -> None:
    found = [event(0, "limit"), event(5, "status"), event(5.5, "limit"), event(9, "notice")]
    assert [e.at - T0 for e in newest_first(found)] == [9, 5, 5.5, 0]


kinds: st.SearchStrategy[Kind] = st.sampled_from(("status", "limit", "notice"))


@given(st.lists(st.tuples(st.floats(0, 5), kinds), max_size=30))
def test_none_is_lost_and_none_moves_far(steps: list[tuple[float, Kind]]) -> None:
    at, found = 0.0, []
    for number, (step, kind) in enumerate(steps):
        at += step
        found.append(event(at, kind, str(number)))
    drawn = list(newest_first(found))
    assert sorted(drawn, key=lambda e: int(e.text)) == found
    for before, after in itertools.pairwise(drawn):
        assert after.at - before.at <= MOMENT_S + 1e-6


def test_a_line_of_several_names_them_in_the_page() -> None:
    members = tuple(f"openrouter/vendor/model-{number}" for number in range(9))
    joined = Event(
        T0, "status", "error", None, "openrouter: 9 down, connect", "down",
        cause="connect", members=members, detail="down: connect · refused",
    )  # fmt: skip
    _event, lines = log_item(joined, 60)
    text = " ".join(run for line in lines for run, _role in line)
    assert "openrouter: 9 down, connect" in text
    assert all(name.partition("/")[2] in text for name in members)
    assert "down: connect · refused" in text
    assert max(map(line_width, lines)) <= 60
