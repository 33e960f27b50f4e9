"""Other settings while it runs: what stays is kept, what goes is forgotten."""

from relaytop.config.settings import Thresholds, Window
from relaytop.monitor.monitor import Monitor
from relaytop.protocol.messages import Finished
from tests.support.samples import T0, sample, settings


def test_targets_that_stay_keep_what_is_known_of_them() -> None:
    monitor = Monitor(settings("relay/m", "relay/n"), T0)
    for name in ("relay/m", "relay/n"):
        monitor.apply(Finished(sample(1, 100, target=name)), T0 + 1)
    monitor.reconfigure(settings("other/o", "relay/m", window=Window(60.0), interval_s=2.0), T0 + 2)
    assert monitor.targets() == ("other/o", "relay/m")
    summary = monitor.summary("relay/m", T0 + 2)
    assert (summary.requests, summary.latency.p50, summary.status) == (1, 100, "up")
    assert summary.interval_s == 2.0
    assert monitor.summary("other/o", T0 + 2).status == "unknown"
    overview = monitor.overview(T0 + 2)
    assert overview.window == Window(60.0)
    assert overview.projected_usd_per_h is None
    monitor.apply(Finished(sample(3, 100, target="relay/n")), T0 + 3)
    assert monitor.targets() == ("other/o", "relay/m")


def test_new_thresholds_judge_the_next_probe() -> None:
    monitor = Monitor(settings(), T0)
    for at in range(20):
        monitor.apply(Finished(sample(at, 100)), T0 + at)
    monitor.reconfigure(settings(thresholds=Thresholds(p95_ms=50)), T0 + 20)
    monitor.apply(Finished(sample(21, 100)), T0 + 21)
    assert monitor.summary("relay/m", T0 + 21).broken == ("p95",)
