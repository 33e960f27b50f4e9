"""A process that did not run measures nothing of its targets, and says so."""

import pytest

from relaytop.engine.heartbeat import BEAT_S, Heartbeat, Stall
from relaytop.protocol.messages import Finished, Notice, Pulse, Report
from tests.engine.support import FakeProber, good, run
from tests.support.samples import settings


class Beating:
    """A heartbeat on a clock that the test moves."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.stalls: list[Stall] = []
        self.heart = Heartbeat(self.stalls.append, lambda: self.now)

    def run_for(self, seconds: float) -> None:
        for _ in range(round(seconds / BEAT_S)):
            self.now += BEAT_S
            self.heart.beat()

    def stop_for(self, seconds: float) -> None:
        self.now += seconds


def test_a_stop_is_found_by_the_next_beat_and_told_once() -> None:
    beating = Beating()
    beating.run_for(3)
    beating.stop_for(48)
    beating.run_for(3)
    (stall,) = beating.stalls
    assert stall.seconds == pytest.approx(48.1, abs=0.11)


@pytest.mark.parametrize("late_s", [0.0, 0.2, 0.45])
def test_a_late_beat_is_none(late_s: float) -> None:
    beating = Beating()
    beating.run_for(1)
    beating.stop_for(late_s)
    beating.run_for(1)
    assert not beating.stalls


def test_a_probe_spans_it_that_began_before_its_end() -> None:
    beating = Beating()
    beating.run_for(1)
    before = beating.now
    beating.stop_for(5)
    assert beating.heart.has_stalled_since(before), "asked before the timer has run"
    within = beating.now
    beating.run_for(1)
    assert not beating.heart.has_stalled_since(within)
    assert len(beating.stalls) == 1


@pytest.mark.asyncio(loop_factories=["virtual"])
async def test_probes_in_flight_are_not_counted_and_nothing_is_skipped() -> None:
    """The machine is suspended for an hour: its clock goes on, the event loop's does not."""
    prober = FakeProber(good, delay_s=0.4)
    suspended_s: list[float] = []

    def suspend(_engine: object) -> None:
        suspended_s.append(3600.0)

    reports: list[Report] = await run(
        settings("a/x", interval_s=0.3), prober, 2.0, suspend, suspended_s=lambda: sum(suspended_s)
    )
    samples = [r.sample for r in reports if isinstance(r, Finished)]
    assert 1 <= sum(s.stalled_here for s in samples) <= 3
    assert sum(s.ok for s in samples) >= 2
    (notice,) = [r for r in reports if isinstance(r, Notice)]
    assert notice.text.startswith("this process was suspended for 3,600 s")
    assert not any(isinstance(r, Pulse) and r.skipped for r in reports)
