"""/metrics shows what the engine reported: since the start, and nothing invented."""

import dataclasses
import itertools
import time
from typing import TYPE_CHECKING

import pytest
from prometheus_client.openmetrics import parser

from relaytop.config.settings import Thresholds, Window
from relaytop.protocol.messages import Budget, Pulse
from relaytop.wire.facts import Limit, RateLimit, Served
from tests.export.promtool import needs_promtool, promtool
from tests.export.scraping import exported
from tests.support.alerts import alert
from tests.support.samples import T0, sample, settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from prometheus_client import Metric

OF = {"provider": "relay", "model": "m"}
LATENCY = "ai_api_request_latency_seconds"
TTFT = "ai_api_time_to_first_token_seconds"
GAP = "ai_api_stream_gap_seconds"


async def test_counters_outlive_the_window() -> None:
    async with exported(watched=settings(window=Window(None, 2), history=3)) as found:
        good = sample(0, 120, tokens=(5, 3), cost_usd=0.001)
        found.consume(*[good] * 7, *[sample(error="timeout")] * 2, sample(error="connect"))
        scraped = await found.scrape()
    assert scraped.one("ai_api_requests_total", status="success", **OF) == 7
    assert scraped.one("ai_api_requests_total", status="error", **OF) == 3
    assert scraped.one("ai_api_errors_total", **OF, **{"class": "timeout"}) == 2
    assert scraped.one("ai_api_tokens_used_total", type="prompt", **OF) == 35
    assert scraped.one("ai_api_tokens_used_total", type="completion", **OF) == 21
    assert scraped.one("ai_api_cost_usd_total", **OF) == pytest.approx(0.007)
    assert scraped.one(f"{LATENCY}_count", **OF) == 7
    assert scraped.one("ai_api_error_rate", **OF) == 1.0
    assert scraped.one("ai_api_last_success_timestamp_seconds", **OF) == T0


async def test_histograms_hold_successes_alone_in_the_promised_buckets() -> None:
    async with exported() as found:
        found.consume(*(sample(0, ms, ttft_ms=ms / 2) for ms in (10, 11, 700, 81_000)))
        found.consume(sample(error="timeout"))
        scraped = await found.scrape()
    bounds = [float(labels["le"]) for labels in scraped.labels(f"{LATENCY}_bucket")]
    assert (bounds[0], bounds[-2], bounds[-1]) == (0.01, 82.0, float("inf"))
    assert 2.0 in bounds, "the threshold"
    assert all(upper / lower < 1.26 for lower, upper in itertools.pairwise(bounds[:-1]))
    counts = [sum(s <= bound for s in (0.01, 0.011, 0.7, 81.0)) for bound in bounds]
    assert scraped.of(f"{LATENCY}_bucket") == counts
    assert scraped.one(f"{LATENCY}_sum") == pytest.approx(81.721)
    assert scraped.one("ai_api_time_to_first_token_seconds_count") == 4


async def test_each_threshold_is_a_bound_of_its_targets_histogram() -> None:
    watched = settings("relay/m", "relay/n")
    own = dataclasses.replace(
        watched.targets[1], thresholds=Thresholds(p95_ms=90_000.0, ttft_ms=1234.0, gap_ms=333.0)
    )
    async with exported(
        watched=dataclasses.replace(watched, targets=(watched.targets[0], own))
    ) as found:
        found.consume(sample(0, 2000.0, ttft_ms=1000.0), sample(0, 2000.5, ttft_ms=1000.5))
        scraped = await found.scrape()
        bounds = {
            (kind, model): [
                float(labels["le"])
                for labels in scraped.labels(f"{kind}_bucket")
                if labels["model"] == model
            ]
            for kind in (LATENCY, TTFT, GAP)
            for model in ("m", "n")
        }
        assert 2.0 in bounds[LATENCY, "m"]
        assert 2.0 not in bounds[LATENCY, "n"]
        assert 90.0 in bounds[LATENCY, "n"]
        assert 1.234 in bounds[TTFT, "n"]
        assert 0.333 in bounds[GAP, "n"]
        assert scraped.one(f"{LATENCY}_bucket", le="2.0", **OF) == 1
        assert scraped.one(f"{TTFT}_bucket", le="1.0", **OF) == 1


async def test_another_threshold_adds_a_bucket_and_no_count_falls() -> None:
    async with exported() as found:
        found.consume(sample(0, 1500.0, ttft_ms=700.0))
        found.thresholds = {"relay/m": Thresholds(p95_ms=1600.0)}
        found.consume(sample(0, 1550.0, ttft_ms=700.0))
        scraped = await found.scrape()
        found.thresholds = {"relay/m": Thresholds()}
        back = await found.scrape()
    assert scraped.one(f"{LATENCY}_count", **OF) == 2
    assert scraped.one(f"{LATENCY}_bucket", le="1.6", **OF) == 1, "the later one"
    assert scraped.one(f"{LATENCY}_bucket", le="2.0", **OF) == 2
    assert scraped.one(f"{TTFT}_count", **OF) == 2
    assert back.text.count("_bucket{") == scraped.text.count("_bucket{")
    assert back.of(f"{LATENCY}_bucket", **OF) == scraped.of(f"{LATENCY}_bucket", **OF)


async def test_cached_answers_are_no_requests() -> None:
    hit = dataclasses.replace(
        sample(3, 2.0, ttft_ms=1.0, tokens=(5, 3), cost_usd=0.0), cached="x-cache: HIT"
    )
    async with exported() as found:
        found.consume(sample(0, tokens=(5, 3)), hit, hit)
        scraped = await found.scrape()
    assert scraped.one("ai_api_cached_total", **OF) == 2
    assert scraped.of("ai_api_requests_total", **OF) == [1, 0]
    assert scraped.one(f"{LATENCY}_count", **OF) == 1
    assert scraped.one("ai_api_time_to_first_token_seconds_count", **OF) == 0
    assert scraped.one("ai_api_tokens_used_total", type="prompt", **OF) == 5
    assert scraped.one("ai_api_last_success_timestamp_seconds", **OF) == T0
    assert scraped.of("ai_api_cost_usd_total", **OF) == []


async def test_who_served_is_bounded() -> None:
    made = [
        dataclasses.replace(sample(at), served=Served(f"model-{min(at, 20)}")) for at in range(30)
    ]
    async with exported() as found:
        found.consume(*made, sample(31), dataclasses.replace(sample(32), served=Served("model-0")))
        scraped = await found.scrape()
    assert scraped.one("ai_api_served_total", served="model-0", **OF) == 2
    assert scraped.one("ai_api_served_total", served="other", **OF) == 22
    assert len(scraped.of("ai_api_served_total")) == 9


async def test_gaps_and_late_reads() -> None:
    streams = [
        dataclasses.replace(sample(at), gap_ms=gap_ms, late_ms=late_ms)
        for at, gap_ms, late_ms in ((0, 60.0, 0.2), (1, 6000.0, 30.0), (2, None, None))
    ]
    failed = dataclasses.replace(sample(3, error="server_error"), late_ms=0.2)
    async with exported() as found:
        found.consume(*streams, failed)
        scraped = await found.scrape()
    assert scraped.one("ai_api_stream_gap_seconds_count", **OF) == 2
    assert scraped.one("ai_api_stream_gap_seconds_sum", **OF) == pytest.approx(6.06)
    assert scraped.one("relaytop_read_lateness_seconds_count") == 3
    assert scraped.one("relaytop_read_lateness_seconds_bucket", le="0.00025") == 2
    assert scraped.one("relaytop_read_lateness_seconds_sum") == pytest.approx(0.0304)


async def test_what_is_unknown_has_no_sample() -> None:
    async with exported() as found:
        scraped = await found.scrape()
        assert scraped.of("ai_api_requests_total", **OF) == [0, 0]
        for name in (
            "ai_api_up",
            "ai_api_error_rate",
            "ai_api_cost_usd_total",
            "ai_api_tokens_used_total",
            "ai_api_last_success_timestamp_seconds",
            "ai_api_rate_limit_remaining",
            "relaytop_budget_spent_usd",
        ):
            assert scraped.of(name) == [], name
        found.consume(sample(stale=True))
        assert (await found.scrape()).of("ai_api_requests_total", **OF) == [0, 0]


async def test_up_is_a_verdict_and_absent_while_paused() -> None:
    async with exported("relay/m", "relay/n", "relay/o") as found:
        found.consume(sample(0, 100))
        found.consume(*[sample(error="connect", target="relay/n")] * 3)
        found.consume(sample(0, 100, target="relay/o"))
        found.monitor.pause("relay/o", time.time(), "user")
        scraped = await found.scrape()
    assert scraped.one("ai_api_up", **OF) == 1
    assert scraped.one("ai_api_up", model="n") == 0
    assert scraped.of("ai_api_up", model="o") == []


async def test_rate_limits_by_kind_and_the_budget() -> None:
    told = RateLimit(requests=Limit(60, 58, 1.0), tokens=Limit(None, 900, None))
    async with exported() as found:
        found.consume(sample(rate_limit=told), Budget(0.41, 1.0, "ok"))
        scraped = await found.scrape()
    assert scraped.one("ai_api_rate_limit_remaining", kind="requests", **OF) == 58
    assert scraped.one("ai_api_rate_limit", kind="requests", **OF) == 60
    assert scraped.one("ai_api_rate_limit_remaining", kind="tokens", **OF) == 900
    assert scraped.of("ai_api_rate_limit", kind="tokens") == []
    assert scraped.one("relaytop_budget_usd") == 1.0
    assert scraped.one("relaytop_budget_spent_usd") == 0.41


async def test_skips_and_drops_add_up_over_engines() -> None:
    async with exported() as found:
        for skipped, dropped in ((2, 0), (5, 3), (0, 0), (1, 2)):
            counts = {"relay/m": skipped} if skipped else {}
            found.consume(Pulse(T0, 0, {}, counts, dropped))
        scraped = await found.scrape()
    assert scraped.one("relaytop_probes_skipped_total", **OF) == 6
    assert scraped.one("relaytop_reports_dropped_total") == 5


async def test_a_target_that_goes_takes_its_series_along() -> None:
    async with exported("relay/m", "relay/n") as found:
        found.consume(sample(), sample(target="relay/n"))
        found.monitor.reconfigure(settings("relay/m"), time.time())
        scraped = await found.scrape()
        assert 'model="n"' not in scraped.text
        assert scraped.one("ai_api_requests_total", status="success", **OF) == 1
        found.monitor.reconfigure(settings("relay/m", "relay/n"), time.time())
        assert (await found.scrape()).of("ai_api_requests_total", model="n") == [0, 0]


async def test_labels_are_clean_and_no_two_series_alike() -> None:
    names = ("relay/a\x1b[31mb", "relay/ab", "relay/a\u202eb", 'relay/q"\\')
    async with exported(*names) as found:
        found.consume(*(sample(target=name) for name in names))
        scraped = await found.scrape()
    models = [found["model"] for found in scraped.labels("ai_api_up")]
    assert models == ["ab", "ab (2)", "ab (3)", 'q"\\']


async def test_open_metrics_where_it_is_asked_for() -> None:
    async with exported() as found:
        found.consume(sample(tokens=(5, 3), cost_usd=0.1), sample(error="timeout"))
        plain = await found.get()
        opened = await found.get(
            Accept="application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5"
        )
    assert plain.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    assert opened.headers["Content-Type"].startswith("application/openmetrics-text; version=1.0.0")
    read: Callable[[str], Iterable[Metric]] = parser.text_string_to_metric_families
    families = {family.name for family in read(opened.text)}
    assert {"ai_api_requests", LATENCY, "ai_api_up"} <= families


@needs_promtool
async def test_promtool_has_nothing_to_say() -> None:
    told = RateLimit(requests=Limit(60, 58, 1.0))
    async with exported() as found:
        found.consume(sample(tokens=(5, 3), cost_usd=0.1, rate_limit=told, ttft_ms=20))
        found.consume(sample(error="timeout"), Budget(0.41, 1.0, "ok"), Pulse(T0, 0))
        text = (await found.get()).content
    assert promtool("check", "metrics", text=text) == (0, "")


async def test_health_tells_why() -> None:
    async with exported() as found:
        good = await found.get("/healthz")
        assert (good.status_code, good.text) == (200, "ok\n")
        assert (await found.scrape()).one("relaytop_engine_up") == 1
        found.trouble = "the engine died"
        bad = await found.get("/healthz")
        assert (bad.status_code, bad.text) == (503, "the engine died\n")
        assert (await found.scrape()).one("relaytop_engine_up") == 0


async def test_alerts_that_fire() -> None:
    async with exported("relay/m") as found:
        assert (await found.scrape()).of("relaytop_alert_firing") == []
        found.firing = [
            alert(key="relay/m", provider="relay", targets=("relay/m",), of=1, why="slow"),
            alert(key="relay", provider="relay"),
            alert(key="relaytop", provider="", targets=(), of=1, why="engine"),
        ]
        scraped = await found.scrape()
    assert scraped.labels("relaytop_alert_firing") == [
        {"alert": "slow", "provider": "relay", "model": "m"},
        {"alert": "timeout", "provider": "relay", "model": ""},
        {"alert": "engine", "provider": "", "model": ""},
    ]
    assert scraped.of("relaytop_alert_firing") == [1, 1, 1]
