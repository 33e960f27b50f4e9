"""A real Prometheus takes the queries, and its answers become what the exporters said."""

from __future__ import annotations

import asyncio
import dataclasses
import subprocess
from typing import TYPE_CHECKING

import pytest

from relaytop.config.settings import FleetSettings, Settings
from relaytop.fleet.prometheus.series import Value
from relaytop.fleet.traffic.catalogue import load_exporters
from relaytop.fleet.traffic.difference_log import EVALUATIONS
from relaytop.fleet.traffic.reader import TrafficReader
from relaytop.watch.past_clock import PastClock
from relaytop.watch.prometheus_watch import PrometheusWatch
from tests.fleet.traffic.answers import AT, WINDOW_S, recorded
from tests.relays.prometheus import needs_prometheus, query_api, running_prometheus
from tests.support.fleets import row_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from relaytop.monitor.traffic import Traffic
    from tests.fleet.traffic.answers import Series

pytestmark = [needs_prometheus, pytest.mark.timeout(120)]
STEP_S = 15
NAMES = ("litellm", "vllm", "sglang", "gen_ai", "gen_ai_server")
GAUGES = ("vllm:num_", "vllm:kv", "sglang:num_q", "sglang:num_run", "ai_api_up")
ROWS = (
    "proxy/mock-slow @ eu",
    "proxy/mock-slow @ us",
    "gpu/meta-llama/Llama-3.1-8B-Instruct @ eu",
    "openai/gpt-4.1 @ eu",
    "gpu/llama-3.1-8b @ us",
)


def probed() -> Series:
    """What an agent in `eu` exports of its probes."""
    labels = {
        "provider": "gpu",
        "model": "meta-llama/Llama-3.1-8B-Instruct",
        "region": "eu",
        "env": "prod",
    }
    latency = "ai_api_request_latency_seconds"
    buckets = {"0.5": 200.0, "0.625": 400.0, "+Inf": 400.0}
    return [
        ("ai_api_up", labels, 1.0),
        ("ai_api_requests_total", {**labels, "status": "success"}, 400.0),
        *((f"{latency}_bucket", {**labels, "le": le}, n) for le, n in buckets.items()),
    ]


def openmetrics(series: Series) -> str:
    """The series as samples of the window, in which counters rise from 0 to their value."""
    lines = []
    for name, labels, value in sorted(series, key=lambda each: each[0]):
        text = ",".join(f'{label}="{each}"' for label, each in labels.items())
        gauge = name.startswith(GAUGES)
        for at in range(0, int(WINDOW_S) + 1, STEP_S):
            reached = value if gauge else value * at / WINDOW_S
            lines.append(f"{name}{{{text}}} {reached} {AT - WINDOW_S + at}")
    return "\n".join([*lines, "# EOF", ""])


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("prometheus")
    series = [each for name in NAMES for each in recorded(name, region="eu", env="prod")]
    series += [*recorded("litellm", region="us", env="test"), *probed()]
    (folder / "metrics.txt").write_text(openmetrics(series))
    subprocess.run(
        ["promtool", "tsdb", "create-blocks-from", "openmetrics", "metrics.txt", "data"],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    with running_prometheus(folder, "global: {scrape_interval: 15s}") as base:
        yield base


def users(base: str, matchers: str = "") -> dict[str, Traffic]:
    async def ask(query: str) -> Sequence[Value]:
        data = await asyncio.to_thread(query_api, base, "query", query=query, time=str(AT))
        assert data["resultType"] == "vector"
        return [
            Value(each["metric"], float(each["value"][1]), each["value"][0])
            for each in data["result"]
        ]

    reader = TrafficReader(lambda: load_exporters({}), ask, matchers=matchers)
    rows = [row_of(row) for row in ROWS]
    return dict(asyncio.run(reader.refresh(rows, AT, WINDOW_S, "region")))


def test_the_figures_of_each_row(prometheus: str) -> None:
    found = users(prometheus)
    slow = found["proxy/mock-slow @ eu"]
    assert (slow.exporter, slow.all_places) == ("litellm", False)
    assert slow.requests == pytest.approx(4, rel=0.05)
    assert slow.latency.bounds["p95"] == (500.0, 1000.0)
    vllm = found["gpu/meta-llama/Llama-3.1-8B-Instruct @ eu"]
    assert vllm.exporter == "vllm+sglang"
    assert vllm.latency.bounds["p95"] == (5000.0, 10_000.0)
    assert vllm.error_rate == pytest.approx(0.01)
    assert vllm.gauges["waiting"] == 12
    clients = found["openai/gpt-4.1 @ eu"]
    assert clients.exporter == "litellm+gen_ai"  # LiteLLM's upstream is of that name too
    assert clients.usd_per_h is not None
    assert clients.ttft.n == pytest.approx(6, abs=1)
    assert found["proxy/mock-slow @ us"].requests == pytest.approx(4, rel=0.05)
    assert "gpu/llama-3.1-8b @ us" not in found  # its server is in another place


def test_what_match_leaves_out(prometheus: str) -> None:
    found = users(prometheus, 'env="test"')
    assert set(found) == {"proxy/mock-slow @ us"}


async def test_the_fleet_shows_them_beside_the_probes(prometheus: str) -> None:
    settings = dataclasses.replace(
        Settings(), fleet=FleetSettings(prometheus=prometheus, match='{env="prod"}')
    )
    clock = PastClock(AT, lambda: AT)
    watch = PrometheusWatch(settings, {}, clock, lambda _level, text: pytest.fail(text))
    source, row = watch.source, "gpu/meta-llama/Llama-3.1-8B-Instruct @ eu"
    try:
        await source.refresh()
        assert source.summary(row, AT).traffic is None
        asked = []
        for _ in range(EVALUATIONS):
            before = source.queries_asked
            assert await source.refresh_users()
            await source.refresh()
            asked.append(source.queries_asked - before)
            watch._answered()
    finally:
        await source.aclose()
    assert max(asked) <= 15
    users = watch.monitor.summary(row, AT).traffic
    assert users is not None
    assert users.differs == "users wait longer: P95 8.0 s, probes 612 ms: 12 in the queue"
    assert users.differs in [event.text for event in watch.monitor.events()]
