"""Samples for tests, with only what a test cares for spelt out."""

from __future__ import annotations

from relaytop.config.settings import Price, Provider, Settings, Target, Thresholds, Window
from relaytop.probe.sample import Phases, Sample
from relaytop.wire.facts import Failure, RateLimit, Usage

T0 = 1_790_000_000.0
TARGET = "relay/m"


def sample(
    at: float = 0.0,
    latency_ms: float | None = 100.0,
    *,
    target: str = TARGET,
    error: str | None = None,
    message: str = "no",
    ttft_ms: float | None = None,
    stale: bool = False,
    tokens: tuple[int, int] | None = None,
    cost_usd: float | None = None,
    rate_limit: RateLimit | None = None,
    retry_after_s: float | None = None,
) -> Sample:
    """Return a sample that ended `at` seconds after `T0`."""
    failed = error is not None or stale
    return Sample(
        target=target,
        due_at=T0 + at,
        sent_at=T0 + at,
        ended_at=T0 + at,
        failure=Failure(error or "connect", message) if failed else None,
        stale=stale,
        latency_ms=None if failed else latency_ms,
        ttft_ms=ttft_ms,
        phases=Phases(connect_ms=1.0, wait_ms=latency_ms),
        usage=Usage(*tokens) if tokens else None,
        cost_usd=cost_usd,
        price_source="config" if cost_usd is not None else None,
        rate_limit=rate_limit,
        retry_after_s=retry_after_s,
        request_id="req-1" if failed else None,
    )


def settings(
    *names: str,
    window: Window | None = None,
    history: int = 3600,
    budget_usd: float = 1.0,
    interval_s: float = 5.0,
    thresholds: Thresholds | None = None,
    prices: dict[str, Price] | None = None,
) -> Settings:
    """Return settings of targets by id."""
    targets = tuple(
        Target(
            provider=name.partition("/")[0],
            model=name.partition("/")[2],
            interval_s=interval_s,
            thresholds=thresholds or Thresholds(),
        )
        for name in names or (TARGET,)
    )
    providers = dict.fromkeys(target.provider for target in targets)
    return Settings(
        providers=tuple(
            Provider(name=name, base_url="http://127.0.0.1:9/v1", prices=prices or {})
            for name in providers
        ),
        targets=targets,
        window=window or Window(),
        history=history,
        budget_usd=budget_usd,
    )
