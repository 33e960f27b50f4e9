"""Each exporter's recorded metrics become the users' figures of the rows of its models."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from relaytop.fleet.traffic.catalogue import load_exporters
from relaytop.fleet.traffic.matching import Matcher
from relaytop.fleet.traffic.readings import read
from relaytop.fleet.traffic.summaries import traffic_of
from tests.fleet.traffic.answers import WINDOW_S, answers_of, recorded

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from relaytop.monitor.traffic import Traffic
    from tests.fleet.traffic.answers import Series


def users(
    series: Series, rows: Sequence[str], aliases: Mapping[str, Sequence[str]] | None = None
) -> dict[str, Traffic]:
    exporters = load_exporters({})
    answers = answers_of(exporters, series)
    by_name = {exporter.name: exporter for exporter in exporters}
    found = read(answers, by_name, Matcher(rows, aliases or {}), "region", WINDOW_S)
    return traffic_of(rows, found, exporters, WINDOW_S)


def test_litellm() -> None:
    rows = ["proxy/mock-fast", "proxy/mock-slow", "proxy/mock-429", "proxy/other"]
    found = users(recorded("litellm"), rows)
    assert set(found) == {"proxy/mock-fast", "proxy/mock-slow", "proxy/mock-429"}
    fast, slow, limited = (found[row] for row in rows[:3])
    assert fast.exporter == "litellm"
    assert fast.requests == pytest.approx(12)
    assert fast.error_rate == 0.0
    assert fast.requests_s == pytest.approx(12 / WINDOW_S)
    assert (fast.latency.n, fast.ttft.n) == (12, 6)
    assert fast.latency.approximate
    assert fast.tokens_s == pytest.approx(168 / WINDOW_S)
    assert fast.usd_per_h == pytest.approx(0.00156 / WINDOW_S * 3600)
    assert slow.latency.bounds["p95"] == (500.0, 1000.0)
    assert slow.latency.p95 is not None
    assert 500 < slow.latency.p95 < 1000
    assert limited.requests == pytest.approx(3)
    assert limited.error_rate == 1.0
    assert limited.latency.n == 0


def test_litellm_of_the_model_behind_its_name() -> None:
    # nobody probes the proxy's own names, but what is behind them
    found = users(recorded("litellm"), ["direct/gpt-4.1", "openrouter/openai/gpt-4.1-mini"])
    assert found["direct/gpt-4.1"].latency.n == 12
    assert found["openrouter/openai/gpt-4.1-mini"].latency.n == 4


def test_vllm() -> None:
    (found,) = users(recorded("vllm"), ["gpu/meta-llama/Llama-3.1-8B-Instruct"]).values()
    assert found.exporter == "vllm"
    assert found.gauges == {"waiting": 12.0, "running": 8.0, "kv_cache": 0.93}
    assert found.requests == pytest.approx(600)
    assert found.error_rate == pytest.approx(0.01)
    assert found.latency.bounds == {
        "p50": (2500.0, 5000.0),
        "p95": (5000.0, 10_000.0),
        "p99": (10_000.0, 15_000.0),
    }
    assert found.ttft.bounds["p95"] == (1000.0, 2500.0)
    assert found.tokens_s == pytest.approx(200)
    assert found.usd_per_h is None


def test_vllm_before_its_gauge_was_renamed() -> None:
    series = [(name.replace("kv_cache", "gpu_cache"), *rest) for name, *rest in recorded("vllm")]
    (found,) = users(series, ["gpu/Llama-3.1-8B-Instruct"]).values()  # type: ignore[arg-type]
    assert found.gauges["kv_cache"] == 0.93


def test_sglang() -> None:
    (found,) = users(recorded("sglang"), ["gpu/Llama-3.1-8B-Instruct"]).values()
    assert found.exporter == "sglang"
    assert found.gauges["waiting"] == 2826
    assert found.gauges["running"] == 162
    assert found.gauges["kv_cache"] == 0.28
    assert found.gauges["cache_hits"] == pytest.approx(0.0075, abs=0.0001)
    assert found.requests == pytest.approx(300)
    assert found.error_rate is None  # it counts none
    assert found.latency.bounds["p99"] == (400_000.0, None)


def test_gen_ai_without_probes_and_agents() -> None:
    (found,) = users(recorded("gen_ai"), ["openai/gpt-4.1"]).values()
    assert found.exporter == "gen_ai"
    assert found.latency.n == 600
    assert found.latency.bounds["p95"] == (1280.0, 2560.0)
    assert found.requests == pytest.approx(660)
    assert found.error_rate == pytest.approx(60 / 660)
    assert found.ttft.n == 600
    assert found.tokens_s == pytest.approx(400)


def test_gen_ai_servers() -> None:
    (found,) = users(recorded("gen_ai_server"), ["gpu/llama-3.1-8b"]).values()
    assert found.exporter == "gen_ai_server"
    assert found.latency.n == 90
    assert found.error_rate == pytest.approx(0.1)


def test_gen_ai_with_the_dots_that_prometheus_3_keeps() -> None:
    def dotted(name: str) -> str:
        for word in ("gen_ai", "server", "request", "error", "operation", "provider"):
            name = name.replace(f"{word}_", f"{word}.")
        return name

    series = [
        (dotted(name), {dotted(label): text for label, text in labels.items()}, value)
        for name, labels, value in recorded("gen_ai_server")
    ]
    assert "gen_ai.server.request.duration_seconds_bucket" in {name for name, _, _ in series}
    (found,) = users(series, ["gpu/llama-3.1-8b"]).values()
    assert found.latency.n == 90
    assert found.error_rate == pytest.approx(0.1)


def test_the_users_of_each_place() -> None:
    rows = [f"gpu/Llama-3.1-8B-Instruct @ {place}" for place in ("eu", "us", "ap")]
    found = users([*recorded("vllm", region="eu"), *recorded("vllm", region="us")], rows)
    assert set(found) == set(rows[:2])
    assert all(traffic.latency.n == 600 for traffic in found.values())
    assert not any(traffic.all_places for traffic in found.values())


def test_the_users_of_all_places_where_the_exporter_tells_none() -> None:
    rows = [f"gpu/Llama-3.1-8B-Instruct @ {place}" for place in ("eu", "us")]
    found = users([*recorded("vllm"), *recorded("vllm", region="elsewhere")], rows)
    assert set(found) == set(rows)
    assert all(traffic.all_places for traffic in found.values())
    assert all(traffic.latency.n == 1200 for traffic in found.values())


def test_a_row_of_the_only_place() -> None:
    (found,) = users(recorded("vllm"), ["gpu/Llama-3.1-8B-Instruct"]).values()
    assert not found.all_places


def test_several_exporters_of_one_model() -> None:
    series = [
        (name, {**labels, "requested_model": "meta-llama/Llama-3.1-8B-Instruct"}, value)
        for name, labels, value in recorded("litellm")
        if labels.get("requested_model") == "mock-slow"
    ]
    (found,) = users([*series, *recorded("vllm")], ["gpu/Llama-3.1-8B-Instruct"]).values()
    assert found.exporter == "litellm+vllm"
    assert found.latency.n == 4  # LiteLLM is nearer to the user
    assert found.gauges["waiting"] == 12


def test_nothing_that_is_known() -> None:
    assert users([("up", {"job": "x"}, 1.0)], ["gpu/m"]) == {}
