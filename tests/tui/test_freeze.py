"""The figures as of one moment, whatever comes after it."""

import pytest

from relaytop.monitor.monitor import Monitor
from relaytop.protocol.messages import Finished
from relaytop.tui.freeze import FrozenSource
from tests.support.samples import T0, TARGET, sample, settings

NOW = T0 + 120.0


@pytest.fixture
def monitor() -> Monitor:
    monitor = Monitor(settings(TARGET), T0)
    for second in range(119):
        found = sample(second + 0.4, 100.0 + second % 7)
        monitor.apply(Finished(found), T0 + second + 0.5)
    return monitor


@pytest.mark.parametrize("bin_s", [2.0, 5.0, 30.0])
@pytest.mark.parametrize("begun_s", [-60.0, 1.0, 100.0, 117.0, 121.0])
def test_bins_are_as_they_were_when_a_probe_that_had_ended_is_read_later(
    monitor: Monitor, bin_s: float, begun_s: float
) -> None:
    asked = (TARGET, T0 + begun_s, bin_s, 30)
    seen = list(monitor.bins(*asked))
    frozen = FrozenSource(monitor, NOW, 600.0)
    for late_s in (0.1, 3.0, 30.0):
        monitor.apply(Finished(sample(117.5 + late_s, 9_000.0)), NOW + late_s)
    assert frozen.bins(*asked) == seen
    assert max(point.latency_ms for point in frozen.points(TARGET, T0, NOW + 60)) < 200
    assert len(frozen.points(TARGET, T0, NOW)) == 119
