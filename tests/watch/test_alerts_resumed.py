"""A run that ends in an incident and the next one: one incident, told once, and its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from relaytop.config.steady_clock import STEADY
from relaytop.watch.incident_file import IncidentFile, left_open, read_incidents
from tests.watch.test_alerting import Watch

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path


def begun(folder: Path, failing: str, error: str) -> Watch:
    """Return a watch in an incident that others were told of."""
    watch = Watch(folder)
    watch.alerting.incidents = IncidentFile(folder / "incidents.jsonl")
    watch.run(120)
    watch.run(60, failing=failing, error=error)
    return watch


def end(watch: Watch, unsent: Collection[str] = ()) -> None:
    """End a watch."""
    watch.alerting.leave(watch.now(), unsent)
    assert isinstance(watch.alerting.incidents, IncidentFile)
    watch.alerting.incidents.close()


def next_run(folder: Path, before: Watch, after_s: float = 5.0) -> Watch:
    """Return the watch of the run after, with its incidents resumed."""
    watch = Watch(folder)
    watch.now.now = before.now.now + after_s
    watch.alerting.incidents = IncidentFile(folder / "incidents.jsonl")
    watch.alerting.resume(left_open(folder / "incidents.jsonl"), watch.now(), watch.settings)
    return watch


@pytest.mark.parametrize(
    ("failing", "error", "key"), [("p/", "connect", "p"), ("q/", "timeout", "q/a")]
)
def test_what_goes_on_is_one_incident_and_told_once(
    tmp_path: Path, failing: str, error: str, key: str
) -> None:
    first = begun(tmp_path, failing, error)
    (alert,) = first.alerting.firing
    end(first)
    second = next_run(tmp_path, first)
    assert [each.key for each in second.alerting.firing] == [key]
    second.run(120, failing=failing, error=error)
    (same,) = second.alerting.firing
    assert same.since == pytest.approx(alert.since, abs=0.01)
    assert same.fired_at == pytest.approx(alert.fired_at, abs=0.01)
    assert not second.kept.sent
    assert not any(change.rings for _at, change in second.changes)
    second.run(300)
    assert [(each.key, each.state) for each in second.kept.sent] == [(key, "resolved")]
    end(second)
    (incident,) = read_incidents(tmp_path / "incidents.jsonl")
    assert incident.ended_at is not None
    assert incident.left is None
    assert next(line for line in second.lines if "last run" in line).endswith(f"({error})")


def test_what_was_mended_meanwhile_resolves(tmp_path: Path) -> None:
    first = begun(tmp_path, "p/", "connect")
    end(first)
    second = next_run(tmp_path, first)
    second.run(60)
    assert [(each.key, each.state) for each in second.kept.sent] == [("p", "resolved")]
    assert not second.alerting.firing


def test_what_got_worse_is_told(tmp_path: Path) -> None:
    first = Watch(tmp_path)
    first.alerting.incidents = IncidentFile(tmp_path / "incidents.jsonl")
    first.run(120)
    first.run(15, failing="q/", error="timeout")
    assert [each.severity for each in first.kept.sent] == ["degraded"]
    end(first)
    second = next_run(tmp_path, first)
    second.run(60, failing="q/", error="timeout")
    assert [(each.state, each.severity) for each in second.kept.sent] == [("firing", "down")]


def test_what_could_not_be_sent_at_the_end_is_sent_by_the_next_run(tmp_path: Path) -> None:
    first = begun(tmp_path, "p/", "connect")
    end(first, unsent={"p"})
    second = next_run(tmp_path, first)
    second.run(30, failing="p/", error="connect")
    assert [(each.key, each.state) for each in second.kept.sent] == [("p", "firing")]


def test_after_ten_minutes_it_is_another_incident(tmp_path: Path) -> None:
    first = begun(tmp_path, "p/", "connect")
    end(first)
    second = next_run(tmp_path, first, after_s=700.0)
    assert not second.alerting.firing
    second.run(60, failing="p/", error="connect")
    assert {each.key for each in second.kept.sent} == {"p"}


def test_only_one_run_goes_on_with_it(tmp_path: Path) -> None:
    first = begun(tmp_path, "p/", "connect")
    end(first)
    file = next_run(tmp_path, first).alerting.incidents
    assert isinstance(file, IncidentFile)
    file.close()
    assert left_open(tmp_path / "incidents.jsonl") == []


def test_acknowledged_it_stays_so(tmp_path: Path) -> None:
    first = begun(tmp_path, "p/", "connect")
    first.alerting.acknowledge(first.alerting.firing[0])
    end(first)
    assert next_run(tmp_path, first).alerting.firing[0].acknowledged


def test_that_nothing_was_probed_is_over_with_the_next_run(tmp_path: Path) -> None:
    first = Watch(tmp_path)
    first.alerting.incidents = IncidentFile(tmp_path / "incidents.jsonl")
    first.run(60)
    for _second in range(30):
        first.now.now += 1.0
        first.alerting.evaluate(first.monitor, first.now(), "engine killed", reads=False)
    assert [each.key for each in first.kept.sent] == ["relaytop"]
    end(first)
    second = next_run(tmp_path, first)
    second.run(60)
    assert [(each.key, each.state) for each in second.kept.sent] == [("relaytop", "resolved")]


def test_moments_are_the_same_after_the_way_through_the_file(tmp_path: Path) -> None:
    end(begun(tmp_path, "p/", "connect"))
    (record,) = left_open(tmp_path / "incidents.jsonl")
    (kept,) = read_incidents(tmp_path / "incidents.jsonl")
    assert kept.fired_at == pytest.approx(record.fired_at + STEADY.correction_s, abs=0.002)


def test_a_file_that_is_not_there_or_no_file_leaves_nothing(tmp_path: Path) -> None:
    assert left_open(tmp_path / "none") == []
    assert left_open(tmp_path) == []
