from hypothesis import given
from hypothesis import strategies as st

from relaytop.tui.zoom import Known, Zoom

T0 = 1_790_000_000.0
HOUR = Known(T0 + 3600, T0, 600.0)


def test_it_moves_over_all_that_is_kept_and_back_to_now() -> None:
    zoom = Zoom().moved(-1, HOUR)
    assert zoom.end == T0 + 3450
    for _ in range(100):
        zoom = zoom.moved(-1, HOUR)
    assert zoom.end == T0 + 600
    for _ in range(19):
        zoom = zoom.moved(1, HOUR)
    assert zoom.end == T0 + 3450
    assert zoom.moved(2, HOUR).end is None


def test_a_range_grows_to_what_is_kept_and_no_further() -> None:
    zoom = Zoom()
    spans = [zoom.span_s(HOUR)]
    for _ in range(6):
        zoom = zoom.resized(1, HOUR)
        spans.append(zoom.span_s(HOUR))
    assert spans == [600, 900, 1200, 1800, 3600, 3600, 3600]
    for _ in range(20):
        zoom = zoom.resized(-1, HOUR)
    assert zoom.span_s(HOUR) == 30


def test_a_range_of_the_past_does_not_grow_with_what_there_is() -> None:
    minute = Known(T0 + 58, T0, 600.0)
    past = Zoom(range_s=30.0).moved(-1, minute)
    assert past.range_in(minute) == (T0 + 20.5, T0 + 50.5)
    assert past.range_in(HOUR) == (T0 + 20.5, T0 + 50.5)
    assert past.live() == Zoom(range_s=30.0)
    assert Zoom(range_s=600.0, end=T0 + 20, past_s=10.0).moved(20, minute) == Zoom(range_s=600.0)


def test_a_range_of_the_past_keeps_its_middle() -> None:
    zoom = Zoom(range_s=600.0, end=T0 + 2000)
    assert zoom.resized(-1, HOUR).end == T0 + 1850
    assert zoom.resized(1, HOUR).end == T0 + 2150


def test_failures_are_stepped_through_and_the_range_follows() -> None:
    failures = [T0 + 100, T0 + 3100, T0 + 3500]
    newest = Zoom().at_failure(-1, failures, HOUR)
    assert newest is not None
    assert (newest.failure_at, newest.end) == (T0 + 3500, None)
    before = newest.at_failure(-1, failures, HOUR)
    assert before is not None
    assert (before.failure_at, before.end) == (T0 + 3100, None)
    first = before.at_failure(-1, failures, HOUR)
    assert first is not None
    assert (first.failure_at, first.end) == (T0 + 100, T0 + 600)
    assert first.at_failure(-1, failures, HOUR) is None
    again = first.at_failure(1, failures, HOUR)
    assert again is not None
    assert (again.failure_at, again.end) == (T0 + 3100, T0 + 3400)
    assert Zoom().at_failure(1, [], HOUR) is None


moments = st.floats(T0 - 1e4, T0 + 1e4)


@given(
    now=moments,
    oldest=st.none() | moments,
    longest_s=st.floats(1, 1e5),
    steps=st.lists(st.tuples(st.sampled_from(["move", "size"]), st.sampled_from([-1, 1]))),
)
def test_a_range_lies_within_what_there_is(
    now: float, oldest: float | None, longest_s: float, steps: list[tuple[str, int]]
) -> None:
    known = Known(now, oldest if oldest is None else min(now, oldest), longest_s)
    zoom = Zoom()
    for kind, step in steps:
        zoom = zoom.moved(step, known) if kind == "move" else zoom.resized(step, known)
        end = zoom.end_in(known)
        assert end is None or end < now
        assert 0 < zoom.span_s(known) <= max(longest_s, 86_400)
        if end is not None and known.oldest is not None:
            assert end - zoom.span_s(known) >= known.oldest - 1e-3
