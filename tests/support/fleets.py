"""Fleets by hand: rows of several places, as a Prometheus would tell of them."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING

from relaytop.config.settings import Provider, Settings, Target
from relaytop.config.target_id import split_target
from relaytop.monitor.monitor import Monitor
from relaytop.monitor.points import Point
from relaytop.monitor.record import OK
from relaytop.monitor.source import Bin, Overview, PrometheusState
from relaytop.monitor.summary import Distribution, Summary, Totals
from relaytop.monitor.traffic import Traffic
from relaytop.monitor.window import TIMEOUTS
from relaytop.watch.session import Session
from tests.support.fake_engine import FakeClock, FakeEngine
from tests.support.samples import T0

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from relaytop.watch.past_clock import PastClock

PLACES = ("eu-west", "us-east", "ap-south")
MODELS = ("holysheep/gpt-4.1", "holysheep/deepseek-v3.2", "direct/openai/gpt-4.1")
NOW = T0 + 600
FACTOR = 1.25


def fleet_targets(places: Sequence[str] = PLACES, models: Sequence[str] = MODELS) -> list[str]:
    """The ids of every model at every place."""
    return [f"{model} @ {place}" for place in places for model in models]


def fleet_settings(targets: Sequence[str]) -> Settings:
    parts = [split_target(target) for target in targets]
    return Settings(
        providers=tuple(
            Provider(name=name, base_url="http://127.0.0.1:9/v1")
            for name in dict.fromkeys(part.provider for part in parts)
        ),
        targets=tuple(
            Target(provider=part.provider, model=part.model, place=part.place, interval_s=15.0)
            for part in parts
        ),
    )


def approximate(p50: float, *, n: int = 400, last: bool = False) -> Distribution:
    """Percentiles of a histogram; `last`: the P99 lies in the bucket without an end."""
    values = {"p50": p50, "p95": 2 * p50, "p99": 82_000.0 if last else 3 * p50}
    bounds: dict[str, tuple[float | None, float | None]] = {
        name: (value / FACTOR**0.5, value * FACTOR**0.5) for name, value in values.items()
    }
    if last:
        bounds["p99"] = (82_000.0, None)
    p95, p99 = values["p95"], values["p99"]
    return Distribution(n=n, p50=p50, p95=p95, p99=p99, bounds=bounds, approximate=True)


def traffic_of(p50: float, differs: str | None = None) -> Traffic:
    return Traffic(
        exporter="litellm",
        requests=12_000.0,
        requests_s=20.0,
        error_rate=0.012,
        latency=approximate(p50, n=12_000),
        ttft=approximate(p50 / 2, n=12_000),
        tokens_s=4100.0,
        usd_per_h=3.21,
        gauges={"waiting": 12.0, "running": 8.0, "kv_cache": 0.93},
        differs=differs,
    )


def row_of(target: str, p50: float = 400.0, **facts: object) -> Summary:
    """A row that is up, with percentiles of a histogram."""
    provider, model, place = split_target(target)
    made = Summary(
        target=target,
        provider=provider,
        model=model,
        place=place,
        status="up",
        since=T0 - 3600,
        requests=400,
        ok=400,
        error_rate=0.0,
        latency=approximate(p50),
        ttft=approximate(p50 / 2),
        total=Totals(requests=400, ok=400),
        last_at=NOW - 8,
        interval_s=15.0,
    )
    return dataclasses.replace(made, **facts)  # type: ignore[arg-type]


class FleetOfRows(Monitor):
    """A monitor whose rows are given.

    Args:
        rows: Target id → its summary.
        answered_at: Unix seconds of Prometheus' last answer; None: none is asked.
    """

    def __init__(self, rows: Mapping[str, Summary], answered_at: float | None = NOW - 12) -> None:
        super().__init__(fleet_settings(list(rows)), T0)
        self.summaries = dict(rows)
        self.answered_at = answered_at
        self.problem: str | None = None
        self.asked: list[str] = []
        """The targets of which single samples were asked for."""
        self.loading = False
        self.oldest = T0

    def summary(self, target: str, now: float) -> Summary:
        del now
        return self.summaries[target]

    def is_loading(self, target: str) -> bool:
        return self.loading and target in self.summaries

    def points(self, target: str, start: float, end: float) -> list[Point]:
        """A sample each 15 s of an hour; each fortieth has failed."""
        self.asked.append(target)
        p50 = self.summaries[target].latency.p50 or 0.0
        found = []
        for step in range(240):
            at, ok = NOW - 3600 + step * 15.0, step % 40 != 20
            if start <= at < end:
                latency = p50 + step % 7 * 9 if ok else math.nan
                found.append(Point(at, latency, math.nan, OK if ok else min(TIMEOUTS)))
        return found

    def bins(self, target: str, start: float, bin_s: float, n: int) -> list[Bin]:
        p50 = self.summaries[target].latency.p50 or 0.0
        moments = [start + step * bin_s for step in range(n)]
        return [
            Bin(4, 0, p50 + at % 7 * 9, p50 * 2 + at % 11 * 20) if T0 <= at <= NOW else Bin()
            for at in moments
        ]

    def oldest_at(self, target: str) -> float | None:
        return self.oldest if target in self.summaries else None

    def overview(self, now: float) -> Overview:
        counts: dict[str, int] = {}
        for summary in self.summaries.values():
            counts[summary.status] = counts.get(summary.status, 0) + 1
        return dataclasses.replace(
            super().overview(now),
            counts=counts,
            budget=None,
            usd_per_h=None,
            prometheus=PrometheusState(self.answered_at, self.problem),
        )


def fleet() -> dict[str, Summary]:
    """Three places: one is not heard from, of one the users wait longer than the probes."""
    rows = {target: row_of(target, 300.0 + 90 * n) for n, target in enumerate(fleet_targets())}
    first, *_rest = rows
    sentence = "users wait longer: P95 4200 ms, probes 600 ms: queueing?"
    rows[first] = dataclasses.replace(rows[first], traffic=traffic_of(2100.0, sentence))
    for target, row in rows.items():
        if row.place == PLACES[2]:
            rows[target] = dataclasses.replace(
                row, status="unknown", reason="unreachable", last_at=NOW - 200
            )
    return rows


def many(places: int, models: int) -> dict[str, Summary]:
    """Rows of many places; some are down, and of each third the users' requests are known."""
    names = [f"relay-{n % 5}/vendor-{n % 7}/model-{n}" for n in range(models)]
    targets = fleet_targets([f"region-{n}" for n in range(places)], names)
    rows = {target: row_of(target, 200.0 + n % 400) for n, target in enumerate(targets)}
    for n, (target, row) in enumerate(rows.items()):
        if n % 90 == 7:
            rows[target] = dataclasses.replace(row, status="down", errors={"timeout": 9})
        elif n % 3 == 0:
            rows[target] = dataclasses.replace(row, traffic=traffic_of(500.0))
    return rows


def fleet_session(
    folder: Path,
    rows: Mapping[str, Summary] | None = None,
    answered_at: float | None = NOW - 12,
    clock: PastClock | None = None,
) -> Session:
    monitor = FleetOfRows(fleet() if rows is None else rows, answered_at)
    engine = FakeEngine()
    engine.accepts_commands = False
    if clock is None:
        live = FakeClock()
        live.now = NOW
    session = Session(
        monitor.settings, engine, restart=FakeEngine, snapshots=folder, clock=clock or live
    )
    session.monitor = monitor
    return session
