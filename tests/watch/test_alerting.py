"""Alerts of a watch: from the first bad probe to the bell, the log, others, and the incidents."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest

from relaytop.monitor.monitor import Monitor
from relaytop.protocol.messages import Finished
from relaytop.watch.alerting import Alerting
from relaytop.watch.core import WatchCore
from tests.support.fake_engine import FakeClock
from tests.support.samples import T0, sample, settings

if TYPE_CHECKING:
    from pathlib import Path

    from relaytop.alerts.alert import Alert
    from relaytop.alerts.firing import Change
    from relaytop.alerts.incident_record import IncidentRecord

NAMES = ("p/a", "p/b", "p/c", "p/d", "q/a")
INTERVAL_S = 5.0


class Keeper:
    """Keeps what it is handed, as a sender and as a writer of incidents."""

    def __init__(self) -> None:
        self.sent: list[Alert] = []
        self.records: list[IncidentRecord] = []

    def send(self, alert: Alert) -> None:
        self.sent.append(alert)

    def write(self, record: IncidentRecord) -> None:
        self.records.append(record)

    def warning(self) -> str | None:
        return "no disk" if self.records else None


class Watch(WatchCore):
    """A watch whose probes the test runs: each target every 5 s, one after the other."""

    def __init__(self, folder: Path, *, reads: bool = False, after: int = 2) -> None:
        watched = settings(*NAMES)
        alerts = dataclasses.replace(watched.alerts, after=after)
        self.now = FakeClock()
        super().__init__(
            dataclasses.replace(watched, alerts=alerts), snapshots=folder, clock=self.now
        )
        self.reads = reads
        self.kept = Keeper()
        self.alerting.senders.append(self.kept)
        self.alerting.incidents = self.kept
        self.alerting.on_change = lambda change: self.changes.append((self.now() - T0, change))
        self.changes: list[tuple[float, Change]] = []
        self.status_changes: list[float] = []

    @property
    def reads_agent(self) -> bool:
        return self.reads

    def run(self, seconds: float, *, failing: str = "", error: str | None = None) -> None:
        """Let probes follow one another; those of targets that begin so fail."""
        until = self.now() + seconds
        step = INTERVAL_S / len(NAMES)
        while self.now.now < until:
            for name in NAMES:
                self.now.now += step
                fails = failing and name.startswith(failing)
                found = sample(self.now() - T0, target=name, error=error if fails else None)
                before = self.monitor.status_changes
                self.apply([Finished(found)])
                self.status_changes += [self.now() - T0] * (self.monitor.status_changes - before)
            self.check()

    @property
    def lines(self) -> list[str]:
        """The lines about alerts, those of a status that fires one among them."""
        kinds = {"alert", "status"}
        found = [event.text for event in self.monitor.events() if event.kind in kinds]
        return [text for text in found if "alert" in text or "resolved" in text]


def test_an_outage_is_one_alert_at_the_moment_of_the_status(tmp_path: Path) -> None:
    watch = Watch(tmp_path)
    watch.run(120)
    watch.status_changes.clear()
    watch.run(60, failing="p/", error="connect")
    (rang_at, fired), (_, worse) = watch.changes
    assert rang_at == watch.status_changes[0]
    assert (fired.kind, fired.rings, worse.kind, worse.rings) == ("fired", True, "worse", True)
    assert [alert.key for alert in watch.kept.sent] == ["p", "p"]
    watch.run(300)
    resolved = watch.kept.sent[-1]
    assert resolved.state == "resolved"
    assert (resolved.of, resolved.severity, resolved.why) == (4, "down", "connect")
    assert watch.lines[:2] == [
        "p: 4 degraded, connect; alert firing",
        "p: 4 down, connect; alert worse",
    ]
    assert watch.lines[-1].startswith("resolved after 2 min: p, 4 of 4 down, peak ")
    began, _worse, ended = watch.kept.records
    assert (began.ended_at, ended.ended_at) == (None, resolved.resolved_at)
    assert "no disk" in [event.text for event in watch.monitor.events()]


@pytest.mark.parametrize("error", ["not_found", "timeout"])
def test_one_target_is_alone(tmp_path: Path, error: str) -> None:
    watch = Watch(tmp_path)
    watch.run(120)
    watch.run(60, failing="p/a", error=error)
    assert {alert.key for alert in watch.kept.sent} == {"p/a"}
    assert watch.alerting.alerts_of(["p/a"])
    assert not watch.alerting.alerts_of(["p/b"])


def test_a_larger_after_waits(tmp_path: Path) -> None:
    watch = Watch(tmp_path, after=5)
    watch.run(120)
    watch.status_changes.clear()
    watch.run(60, failing="p/a", error="timeout")
    rang_at = watch.changes[0][0]
    assert 10 <= rang_at - watch.status_changes[0] <= 20


def test_who_reads_an_agent_tells_nobody_and_what_fired_before_is_no_news(tmp_path: Path) -> None:
    probing = Watch(tmp_path)
    probing.run(120)
    probing.run(60, failing="p/", error="timeout")
    reading = Watch(tmp_path, reads=True)
    reading.now.now = probing.now.now
    reading.monitor.restore(probing.monitor.handover(), reading.now())
    for name in NAMES:
        reading.monitor.restore(probing.monitor.target_handover(name), reading.now())
    reading.run(30, failing="p/", error="timeout")
    assert [alert.key for alert in reading.alerting.firing] == ["p"]
    assert not any(change.rings for _at, change in reading.changes)
    reading.run(60, failing="q/", error="timeout")
    assert [c.alert.key for _at, c in reading.changes if c.rings] == ["q/a"] * 2  # it got worse
    assert (reading.kept.sent, reading.kept.records) == ([], [])


def test_snoozes_go_from_one_run_to_the_next(tmp_path: Path) -> None:
    watch = Watch(tmp_path)
    watch.alerting.restore_snoozes({"p/a": T0 + 5000})
    assert watch.alerting.snoozes == {"p/a": T0 + 5000}
    watch.run(120)
    watch.run(60, failing="p/a", error="timeout")
    assert watch.kept.sent == []
    assert watch.lines == [
        "degraded: 3 of the last 10 failed or slow (timeout); alert firing (snoozed)",
        "down: timeout · no; alert worse (snoozed)",
    ]


def test_settings_that_are_read_again(tmp_path: Path) -> None:
    watch = Watch(tmp_path)
    watch.run(60, failing="p/a", error="timeout")
    watch.monitor.reconfigure(settings("p/b", "q/a"), watch.now())
    watch.run(10)
    assert watch.alerting.firing == ()


def test_a_watch_that_begins_anew_forgets_all_but_snoozes(tmp_path: Path) -> None:
    watch = Watch(tmp_path)
    watch.alerting.restore_snoozes({"q/a": T0 + 5000})
    watch.run(60, failing="p/a", error="timeout")
    watch.alerting.forget()
    assert watch.alerting.firing == ()
    assert watch.alerting.snoozes == {"q/a": T0 + 5000}


def test_where_many_go_down_one_after_the_other_few_evaluations_are_made() -> None:
    names = [f"p{number % 10}/m{number}" for number in range(500)]
    monitor, alerting = Monitor(settings(*names), T0), Alerting(2)
    changes: list[Change] = []
    alerting.on_change = changes.append
    evaluations: set[float] = set()
    for number, name in enumerate(names):
        now = T0 + number / 100
        monitor.apply(Finished(sample(number / 100, target=name, error="auth")), now)
        before = alerting.keeper.due_after(now), len(changes)
        alerting.evaluate(monitor, now, None, reads=False)
        if (alerting.keeper.due_after(now), len(changes)) != before:
            evaluations.add(now)
    assert len(evaluations) <= 15, "one a half second"
    assert changes[0].alert.fired_at == T0
    alerting.evaluate(monitor, T0 + 6, None, reads=False)
    assert {alert.key for alert in alerting.firing} == {f"p{number}" for number in range(10)}
