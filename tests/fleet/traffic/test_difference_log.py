"""A sentence begins and ends after three evaluations, and is told once."""

from __future__ import annotations

from relaytop.fleet.traffic.difference import Difference
from relaytop.fleet.traffic.difference_log import DifferenceLog

WAIT = Difference("users_wait", "users wait longer: P95 4.2 s, probes 900 ms: queueing?")
LONGER = Difference("users_wait", "users wait longer: P95 5.0 s, probes 900 ms: queueing?")
FAIL = Difference("probes_fail", "probes fail, users do not: this key?")


def record(log: DifferenceLog, *found: Difference | None) -> list[str | None]:
    return [log.record("a/m", each, 100.0 + at) for at, each in enumerate(found)]


def test_it_begins_after_three_evaluations() -> None:
    log = DifferenceLog()
    assert record(log, WAIT, WAIT, WAIT) == [None, None, WAIT.sentence]
    (event,) = log.take_events()
    assert (event.text, event.target, event.level) == (WAIT.sentence, "a/m", "warning")
    assert log.take_events() == []


def test_a_break_begins_it_anew() -> None:
    log = DifferenceLog()
    assert record(log, WAIT, WAIT, None, WAIT, WAIT, FAIL, WAIT) == [None] * 7
    assert log.take_events() == []


def test_it_holds_with_the_figures_of_now_and_ends_after_three() -> None:
    log = DifferenceLog()
    record(log, WAIT, WAIT, WAIT)
    assert record(log, LONGER, None, None) == [LONGER.sentence] * 3
    assert record(log, LONGER, None, None, None) == [LONGER.sentence] * 3 + [None]
    begun, ended = log.take_events()
    assert begun.level == "warning"
    assert (ended.level, ended.text) == ("info", "users wait no longer than probes")


def test_another_takes_its_place() -> None:
    log = DifferenceLog()
    record(log, WAIT, WAIT, WAIT)
    assert record(log, FAIL, FAIL, FAIL) == [WAIT.sentence, WAIT.sentence, FAIL.sentence]
    assert [event.text for event in log.take_events()] == [WAIT.sentence, FAIL.sentence]


def test_a_row_that_is_gone_is_forgotten() -> None:
    log = DifferenceLog()
    record(log, WAIT, WAIT, WAIT)
    log.forget(set())
    assert record(log, WAIT) == [None]
