"""What a host says, on this machine's clock and with its place."""

import dataclasses

from hypothesis import given
from hypothesis import strategies as st

from relaytop.fleet.ssh.relocation import Relocation
from relaytop.monitor.event import Event
from relaytop.monitor.monitor import Monitor
from relaytop.monitor.ring_check import check_handover
from relaytop.protocol.messages import Finished, Hold, Notice, StatusPage
from relaytop.wire.facts import OfficialStatus
from tests.support.samples import T0, sample, settings

NOW = T0 + 500
SKEWS = st.floats(-1e6, 1e6)


def monitored(count: int, ahead_s: float) -> Monitor:
    """A host's monitor after `count` probes, the last of which ended at its `NOW`."""
    monitor = Monitor(settings("relay/m", history=50), T0 + ahead_s)
    for number in range(count):
        at = NOW - T0 + ahead_s - count + number + 1
        error = "timeout" if number % 3 == 0 else None
        monitor.apply(Finished(sample(at, 100.0 + number, error=error)), T0 + at)
    return monitor


@given(SKEWS, st.integers(0, 120), st.integers(1, 60))
def test_a_history_keeps_its_figures_and_no_moment_is_of_the_future(
    ahead_s: float, count: int, capacity: int
) -> None:
    known = monitored(count, ahead_s).target_handover("relay/m")
    capacity = min(capacity, 50)
    moved = Relocation("a", ahead_s).handover(known, capacity, NOW)
    assert moved.target == "relay/m @ a"
    check_handover(moved.ring, capacity)
    watched = settings("relay/m", history=capacity)
    target = Relocation("a").target(watched.targets[0])
    here = Monitor(dataclasses.replace(watched, targets=(target,)), NOW)
    here.restore(moved, NOW)
    assert here.summary(target.id, NOW).requests == min(count, capacity)
    last_at = moved.facts.last_at
    assert (last_at is None) == (count == 0)
    assert last_at is None or NOW - 1.1 <= last_at <= NOW
    assert all(error.at <= NOW for error in moved.facts.errors)
    assert moved.facts.total_requests == count
    assert moved.facts.status.since <= NOW


@given(SKEWS, st.floats(-100, 100))
def test_a_sample_s_moments_stay_together(ahead_s: float, late_s: float) -> None:
    at = NOW - T0 + ahead_s + late_s
    report = Relocation("a", ahead_s).report(Finished(sample(at), T0 + at), NOW)
    assert isinstance(report, Finished)
    assert report.sample.target == "relay/m @ a"
    assert report.sample.ended_at <= NOW + 1e-3
    assert abs(report.sample.ended_at - report.sample.sent_at) < 1e-3
    assert report.running_since is not None
    assert report.running_since <= NOW


def test_texts_of_the_whole_host_begin_with_its_place() -> None:
    relocation = Relocation("ops-1", 10.0)
    notice = relocation.report(Notice("warning", "the ledger is locked"), NOW)
    assert notice == Notice("warning", "ops-1: the ledger is locked")
    hold = relocation.report(Hold("relay/m", NOW + 40, "rate_limited", asked=True), NOW)
    assert hold == Hold("relay/m @ ops-1", NOW + 30, "rate_limited", asked=True)
    event = relocation.event(Event(NOW + 9, "status", "good", "relay/m", "up"), NOW)
    assert (event.target, event.text, event.at) == ("relay/m @ ops-1", "up", NOW - 1)
    joined = Event(NOW, "alert", "error", None, "fires", members=("relay/m", "a/b/c"))
    assert relocation.event(joined, NOW).members == ("relay/m @ ops-1", "a/b/c @ ops-1")
    assert relocation.event(Event(NOW, "budget", "info", None, "x"), NOW).text == "ops-1: x"


def test_when_a_status_page_was_read_is_told_by_this_machine_s_clock() -> None:
    page = StatusPage("u", ("relay",), OfficialStatus("none"), NOW + 100)
    found = Relocation("ops-1", 200.0).report(page, NOW)
    assert found == dataclasses.replace(page, read_at=NOW - 100)
    assert Relocation("ops-1").report(page, NOW) == dataclasses.replace(page, read_at=NOW)
