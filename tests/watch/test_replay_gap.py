"""A gap in a recording: after ten minutes nobody knows what happened meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from relaytop.jobs.recorded_incidents import recorded_incidents
from tests.support.recordings import bad, good, pulse, record
from tests.support.samples import T0
from tests.watch.test_replay_checkpoints import Replay, state_at

if TYPE_CHECKING:
    from pathlib import Path

    from relaytop.protocol.messages import Report

BEFORE_S, AFTER_S = 300, 300


def reports(gap_s: int) -> list[Report]:
    """A target that is down before a gap, and up after it."""
    found: list[Report] = []
    for second in [*range(BEFORE_S), *range(BEFORE_S + gap_s, BEFORE_S + gap_s + AFTER_S)]:
        if second % 5 == 0:
            fails = 200 <= second < BEFORE_S
            found.append(bad(float(second), error="auth") if fails else good(float(second)))
        found.append(pulse(second + 0.5))
    return found


def resolved(replay: Replay) -> list[str]:
    events = replay.session.monitor.events()
    return [event.text for event in events if event.text.startswith("resolved after")]


@pytest.mark.parametrize(("gap_s", "goes_on"), [(120, True), (3600, False)])
async def test_an_incident_goes_on_over_a_short_gap_alone(
    tmp_path: Path, gap_s: int, *, goes_on: bool
) -> None:
    path = record(tmp_path / "rec", *reports(gap_s))
    replay, end = Replay(path), BEFORE_S + gap_s + AFTER_S - 5.0
    await replay.go(BEFORE_S - 5.0)
    assert [alert.key for alert in replay.session.alerting.firing] == ["relay/m"]
    await replay.go(end)
    assert not replay.session.alerting.firing
    assert bool(resolved(replay)) is goes_on
    since = replay.session.monitor.summary("relay/m", replay.session.clock()).since
    assert since is not None
    assert since >= T0 + BEFORE_S + gap_s
    incidents = recorded_incidents(replay.recording)
    assert [record.ended_at is not None for record in incidents] == [goes_on]
    for at in (BEFORE_S - 5.0, end, BEFORE_S + gap_s + 10.0):
        await replay.go(at)
        assert replay.state() == await state_at(path, at)
    await replay.close()


async def test_what_was_before_a_gap_is_still_charted(tmp_path: Path) -> None:
    replay = Replay(record(tmp_path / "rec", *reports(3600)))
    await replay.go(BEFORE_S + 3600 + AFTER_S - 5.0)
    points = replay.session.monitor.points("relay/m", T0, T0 + BEFORE_S)
    assert len(points) == BEFORE_S / 5
    await replay.close()
