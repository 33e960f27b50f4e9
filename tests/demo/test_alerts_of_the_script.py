"""The script as the monitor sees it: its own odds and latencies, on a clock that leaps."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from relaytop.demo.incident import PERIOD_S, state_at
from relaytop.demo.randomness import RequestRandomness
from relaytop.demo.scenario import PROVIDERS
from relaytop.demo.settings import demo_settings
from relaytop.protocol.messages import Finished
from relaytop.wire.facts import Served
from tests.demo.support import incident
from tests.support.fake_engine import FakeClock, session_of
from tests.support.samples import T0, sample

if TYPE_CHECKING:
    from pathlib import Path

    from relaytop.alerts.alert import Alert
    from relaytop.probe.sample import Sample
    from relaytop.watch.session import Session

OUTAGE = incident("down", "direct")
PORTS = {provider.name: 40001 + place for place, provider in enumerate(PROVIDERS)}
SETTINGS = demo_settings(PORTS)
STEP_S = SETTINGS.defaults.interval_s


class Watch:
    """The demo watched from its beginning, without sockets."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.session: Session = session_of(folder, watched=SETTINGS)
        self.at_s = 0.0
        self._waits_until: dict[str, float] = {}
        self._random = {
            f"{provider.name}/{model.id}": RequestRandomness(seed, provider.name, model)
            for provider in PROVIDERS
            for model in provider.models
        }

    def until(self, at_s: float) -> tuple[Alert, ...]:
        """Watch on until that second; return what fires then."""
        clock = self.session.clock
        assert isinstance(clock, FakeClock)
        while self.at_s < at_s:
            for target in SETTINGS.targets:
                if self._waits_until.get(target.id, 0.0) <= self.at_s:
                    self.session.apply([Finished(self._probe(target.provider, target.model))])
            clock.now = T0 + self.at_s
            self.session.check()
            self.at_s += STEP_S
        return self.session.alerting.firing

    def _probe(self, provider: str, model: str) -> Sample:
        target = f"{provider}/{model}"
        condition = state_at(self.at_s, provider, model)
        drawn = self._random[target].draw(condition)
        latency_ms = 1000 * (drawn.ttft_s + sum(drawn.gaps_s))
        if condition.down:
            return sample(self.at_s, target=target, error="connect")
        if drawn.fault == "rate_limited":
            self._waits_until[target] = self.at_s + drawn.wait_s
            return sample(self.at_s, target=target, error="rate_limited")
        if drawn.fault in {"server_error", "truncated"}:
            return sample(self.at_s, target=target, error=drawn.fault)
        if drawn.fault == "hang":
            self._waits_until[target] = self.at_s + 10
            return sample(self.at_s + 10, target=target, error="timeout")
        served = Served(model + "-lite" * (drawn.fault == "substituted"))
        good = sample(self.at_s, latency_ms, target=target, ttft_ms=1000 * drawn.ttft_s)
        return replace(
            good, served=served, cached="x-cache: HIT" if drawn.fault == "cached" else None
        )


@pytest.fixture(params=range(3))
def watch(tmp_path: Path, request: pytest.FixtureRequest) -> Watch:
    return Watch(tmp_path, request.param)


def test_one_providers_outage_is_one_alert_that_resolves_within_seventy_five_seconds(
    watch: Watch,
) -> None:
    assert watch.until(OUTAGE.start_s) == ()
    (alert,) = watch.until(OUTAGE.start_s + 4)
    assert (alert.provider, alert.severity, alert.why) == ("direct", "down", "connect")
    assert len(alert.targets) == 3
    watch.until(75)
    assert watch.session.alerting.alerts_of(alert.targets) == ()


def test_the_cache_and_the_other_model_are_seen(watch: Watch) -> None:
    cached, substituted = incident("cached", "holysheep"), incident("substituted", "holysheep")
    watch.until(cached.start_s + 5)
    monitor, clock = watch.session.monitor, watch.session.clock
    answered = monitor.summary(f"holysheep/{cached.model}", clock())
    assert answered.cached > 0
    assert answered.status == "unknown"
    watch.until(substituted.start_s + 5)
    served = monitor.summary(f"holysheep/{substituted.model}", clock()).served
    assert f"{substituted.model}-lite" in served


def test_all_is_over_before_it_begins_again_and_the_second_time_is_as_the_first(
    watch: Watch,
) -> None:
    watch.until(incident("rate_limited", "holysheep").end_s - 1)
    assert {alert.provider for alert in watch.session.alerting.firing} == {"holysheep"}
    assert watch.until(PERIOD_S) == ()
    (alert,) = watch.until(PERIOD_S + OUTAGE.start_s + 4)
    assert (alert.provider, alert.severity) == ("direct", "down")
