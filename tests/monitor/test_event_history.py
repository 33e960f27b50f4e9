"""The event log: what repeats, and what happens to several at once, is one line."""

import dataclasses
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.monitor.event import Event
from relaytop.monitor.event_history import MAX_EVENTS, EventHistory
from relaytop.monitor.event_join import JOIN_S
from relaytop.monitor.monitor import Monitor
from relaytop.protocol.messages import Finished
from tests.support.samples import T0, sample, settings

NAMES = ("openrouter/a", "openrouter/b", "openrouter/c", "direct/a")


def down(at: float, target: str, cause: str = "connect") -> Event:
    text = f"down: {cause} · refused by {target}"
    return Event(T0 + at, "status", "error", target, text, "down", cause=cause)


def limited(at: float, target: str) -> Event:
    text = "rate_limited: next probe in 30s (backing off)"
    return Event(T0 + at, "limit", "warning", target, text, "hold:rate_limited", cause="hold")


def log_of(*events: Event) -> EventHistory:
    history = EventHistory()
    for event in events:
        history.note(event)
    return history


def texts(history: EventHistory) -> list[str]:
    return [event.text for event in history.all()]


def test_one_cause_and_moment_is_one_line() -> None:
    history = log_of(*(down(0.5 * number, name) for number, name in enumerate(NAMES)))
    joined, other = history.all()
    assert (joined.text, joined.target) == ("openrouter: 3 down, connect", None)
    assert joined.members == NAMES[:3]
    assert joined.detail == "down: connect · refused by openrouter/c"
    assert (other.target, other.times) == ("direct/a", 1)


def test_machines_are_told_of_each() -> None:
    history = log_of(*(down(0, name) for name in NAMES))
    assert [event.target for event in history.after(0)] == list(NAMES)
    assert [event.target for event in history.after(2)] == list(NAMES[2:])


def test_another_cause_moment_or_provider_is_another_line() -> None:
    history = log_of(
        down(0, NAMES[0]),
        down(0, NAMES[1], "timeout"),
        down(JOIN_S + 0.1, NAMES[2]),
        down(0, "x/y"),
    )
    assert len(history.all()) == 4
    history = log_of(
        down(0, NAMES[0]), limited(0, NAMES[0]), down(1, NAMES[1]), limited(1, NAMES[1])
    )
    assert texts(history) == [
        "openrouter: 2 down, connect",
        "openrouter: 2 targets, rate_limited: next probe in 30s (backing off)",
    ]


def test_what_comes_again_for_all_of_them_is_a_repeat() -> None:
    history = log_of(
        *(down(at + 0.1 * n, name) for at in (0, 120, 240) for n, name in enumerate(NAMES[:3]))
    )
    assert texts(history) == ["openrouter: 3 down, connect (3rd time in 4 min)"]
    later = EventHistory()
    later.extend(history.for_handover())
    for number, name in enumerate(NAMES[:2]):
        later.note(down(360 + 0.1 * number, name))
    assert texts(later) == ["openrouter: 2 down, connect (4th time in 6 min)"]


def test_one_that_flaps_is_one_line() -> None:
    history = log_of(*(down(at, NAMES[0]) for at in (0, 60, 120)))
    assert texts(history) == ["down: connect · refused by openrouter/a (3rd time in 2 min)"]


def test_a_provider_that_goes_down_is_one_line_of_the_monitor() -> None:
    monitor = Monitor(settings(*NAMES), T0)
    for step in range(3):
        for number, name in enumerate(NAMES):
            at = 5.0 * step + 0.2 * number
            monitor.apply(Finished(sample(at, target=name, error="connect")), T0 + at)
    assert [event.text for event in monitor.events()] == [
        "openrouter: 3 down, connect",
        "down: connect · no",
    ]


events = st.lists(
    st.tuples(
        st.sampled_from((0.0, 0.3, 1.0, 3.0, 700.0)),
        st.sampled_from(NAMES),
        st.sampled_from(("down", "up", "")),
        st.sampled_from(("connect", "timeout", "")),
    ),
    max_size=60,
)


@given(events)
def test_each_event_is_in_one_line_or_in_one_that_repeats_it(
    found: list[tuple[float, str, str, str]],
) -> None:
    history, now = EventHistory(), T0
    noted: Counter[str] = Counter()
    for step, target, subject, cause in found:
        now += step
        history.note(Event(now, "status", "info", target, "x", subject, cause=cause))
        noted[target] += 1
    lines = history.all()
    assert [line.at for line in lines] == sorted(line.at for line in lines)
    assert len(history.after(0)) == len(found)
    named = {name for line in lines for name in (line.members or (line.target,))}
    assert named <= noted.keys()
    for line in lines:
        assert (line.target is None) == bool(line.members)
        assert len(set(line.members)) == len(line.members) != 1
    other = EventHistory()
    other.extend(history.for_handover())
    assert other.all() == lines


def test_it_is_bounded_and_the_newest_stay() -> None:
    history = EventHistory()
    for number in range(3 * MAX_EVENTS):
        history.note(Event(T0 + number, "notice", "info", None, str(number)))
        history.note(down(10.0 * number, f"p{number}/m"))
    assert len(history.all()) == len(history.after(0)) == MAX_EVENTS
    assert history.all()[-2].text == str(3 * MAX_EVENTS - 1)


def firing(at: float, target: str, cause: str = "connect") -> Event:
    text = f"alert firing: down ({cause})"
    return Event(
        T0 + at, "alert", "error", target, text, cause=text, detail="alert firing", status="down"
    )


def with_status(event: Event) -> Event:
    return dataclasses.replace(event, status="down", why="connect")


def test_an_alert_is_in_the_line_of_the_status_that_it_fires_for() -> None:
    history = log_of(with_status(down(0, NAMES[0])), firing(0.1, NAMES[0]))
    assert texts(history) == ["down: connect · refused by openrouter/a; alert firing"]
    assert [event.kind for event in history.after(0)] == ["status", "alert"]


def test_alerts_of_several_are_in_the_line_that_these_share() -> None:
    history = EventHistory()
    found = []
    for number, name in enumerate(NAMES[:3]):
        history.note(with_status(down(0.5 * number, name)))
        history.note(firing(0.5 * number, name))
        found.append(texts(history))
    assert found[1:] == [
        ["openrouter: 2 down, connect; alert firing"],
        ["openrouter: 3 down, connect; alert firing"],
    ]
    history.note(with_status(down(1.5, "openrouter/d")))
    assert texts(history) == ["openrouter: 4 down, connect; 3 of them: alert firing"]


def test_an_alert_names_the_cause_that_the_status_does_not() -> None:
    status = dataclasses.replace(with_status(down(0, NAMES[0])), text="down: 3 of the last 3")
    history = log_of(status, firing(0, NAMES[0]))
    assert texts(history) == ["down: 3 of the last 3 (connect); alert firing"]


def test_an_alert_of_another_moment_or_status_is_another_line() -> None:
    late = log_of(with_status(down(0, NAMES[0])), firing(JOIN_S + 0.1, NAMES[0]))
    other = log_of(dataclasses.replace(down(0, NAMES[0]), status="degraded"), firing(0, NAMES[0]))
    assert texts(late)[1] == texts(other)[1] == "alert firing: down (connect)"


def shared(at: float, *targets: str, status: str = "down") -> Event:
    text = f"alert firing: openrouter: {len(targets)} of 4 targets {status} (connect)"
    return Event(
        T0 + at,
        "alert",
        "error",
        None,
        text,
        cause=text,
        members=targets,
        detail="alert firing",
        status=status,
    )


def test_an_alert_of_a_provider_is_in_the_line_of_its_targets_status() -> None:
    history = log_of(with_status(down(0, NAMES[0])), with_status(down(0.5, NAMES[1])))
    history.note(shared(0.6, *NAMES[:3]))
    assert texts(history) == ["openrouter: 2 down, connect; alert firing (openrouter, 3 targets)"]
    history.note(with_status(down(1.0, NAMES[2])))
    assert texts(history) == ["openrouter: 3 down, connect; alert firing"]
    assert [event.kind for event in history.after(0)] == ["status", "status", "alert", "status"]


def test_an_alert_of_a_provider_that_fires_for_the_first_of_its_targets() -> None:
    history = log_of(with_status(down(0, NAMES[0])), shared(0, NAMES[0]))
    assert texts(history) == ["down: connect · refused by openrouter/a; alert firing"]
    history.note(with_status(down(0.5, NAMES[1])))
    assert texts(history) == ["openrouter: 2 down, connect; alert firing"]


@pytest.mark.parametrize(
    "alert",
    [
        shared(JOIN_S + 0.1, *NAMES[:2]),
        shared(0, *NAMES[:2], status="degraded"),
        shared(0, *NAMES[1:3]),
    ],
    ids=["later", "of another status", "of others"],
)
def test_an_alert_of_a_provider_that_is_about_something_else_is_another_line(alert: Event) -> None:
    history = log_of(with_status(down(0, NAMES[0])), alert)
    assert texts(history)[1] == alert.text


def test_a_status_that_comes_again_leaves_the_line_that_tells_of_an_alert() -> None:
    history = log_of(with_status(down(0, NAMES[0])), firing(0, NAMES[0]))
    history.note(with_status(down(60, NAMES[0])))
    assert texts(history) == [
        "down: connect · refused by openrouter/a; alert firing",
        "down: connect · refused by openrouter/a (2nd time in 1 min)",
    ]
    several = [with_status(down(0, name)) for name in NAMES[:3]]
    history = log_of(*several, shared(0, *NAMES[:3]))
    for name in NAMES[:3]:
        history.note(with_status(down(60, name)))
    assert texts(history) == [
        "openrouter: 3 down, connect; alert firing",
        "openrouter: 3 down, connect (2nd time in 1 min)",
    ]


def test_alerts_that_fire_or_resolve_together_are_one_line() -> None:
    history = log_of(*(firing(0.1 * number, name) for number, name in enumerate(NAMES)))
    assert texts(history) == [
        "openrouter: 3 targets, alert firing: down (connect)",
        "alert firing: down (connect)",
    ]
    ends = ("12 min", "45 s", "2 min")
    history = log_of(
        *(
            Event(T0, "alert", "good", name, f"resolved after {end}: down", cause="alert resolved")
            for name, end in zip(NAMES, ends, strict=False)
        )
    )
    (line,) = history.all()
    assert line.text == "openrouter: 3 targets, alert resolved"
    assert line.detail == "resolved after 2 min: down"
