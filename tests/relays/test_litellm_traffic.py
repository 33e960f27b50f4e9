"""A real Prometheus scrapes a real LiteLLM: its users stand beside the rows of its models."""

import asyncio
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from relaytop.fleet.prometheus.client import PrometheusClient
from relaytop.fleet.traffic.catalogue import load_exporters
from relaytop.fleet.traffic.reader import TrafficReader
from relaytop.monitor.traffic import Traffic
from tests.relays.keys import KEY
from tests.relays.prometheus import needs_prometheus, query_api, running_prometheus
from tests.support.fleets import row_of

pytestmark = [pytest.mark.relay, pytest.mark.timeout(180), needs_prometheus]

SCRAPES = """
global: {{scrape_interval: 1s}}
scrape_configs:
- job_name: litellm
  authorization: {{credentials: {key}}}
  static_configs: [{{targets: ["{address}"], labels: {{region: eu}}}}]
"""
ROWS = ("proxy/mock-slow @ eu", "proxy/mock-500 @ eu", "proxy/gpt-4.1-mini @ us")
WINDOW_S = 60.0
WAIT_S = 60.0
REQUESTS = 4


def send(base: str, model: str) -> None:
    body = f'{{"model": "{model}", "messages": [{{"role": "user", "content": "hi"}}]}}'
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
    request = urllib.request.Request(f"{base}/chat/completions", body.encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as reply:
            reply.read()
    except urllib.error.HTTPError as error:
        error.close()


async def users(base: str) -> dict[str, Traffic]:
    client = PrometheusClient(base)
    reader = TrafficReader(lambda: load_exporters({}), lambda expr: client.query(expr, None))
    try:
        rows = [row_of(row) for row in ROWS]
        return dict(await reader.refresh(rows, time.time(), WINDOW_S, "region"))
    finally:
        await client.aclose()


def count(base: str, metric: str) -> float:
    found = query_api(base, "query", query=f"sum({metric})")["result"]
    return float(found[0]["value"][1]) if found else 0.0


def test_the_users_of_a_real_litellm(tmp_path: Path, litellm: str) -> None:
    address = litellm.removeprefix("http://").removesuffix("/v1")
    successes = 'litellm_deployment_success_responses_total{requested_model="mock-slow"}'
    failures = 'litellm_deployment_failure_responses_total{requested_model="mock-500"}'
    with running_prometheus(tmp_path, SCRAPES.format(key=KEY, address=address)) as base:
        deadline = time.monotonic() + WAIT_S
        for model in ("mock-slow", "mock-500"):
            send(litellm, model)
        # A counter's first value is no increase: it has to be seen before the others come.
        while not (count(base, successes) and count(base, failures)):
            assert time.monotonic() < deadline
            time.sleep(0.3)
        known = count(base, successes), count(base, failures)
        for model in ("mock-slow", "mock-500"):
            for _ in range(REQUESTS):
                send(litellm, model)
        wanted = known[0] + REQUESTS, known[1] + REQUESTS
        while count(base, successes) < wanted[0] or count(base, failures) < wanted[1]:
            assert time.monotonic() < deadline
            time.sleep(0.3)
        found = asyncio.run(users(base))
    slow, failing = found[ROWS[0]], found[ROWS[1]]
    assert (slow.exporter, slow.all_places) == ("litellm", False)
    assert slow.error_rate == 0.0
    assert slow.latency.bounds["p50"] == (500.0, 1000.0)
    assert slow.requests_s
    assert slow.usd_per_h
    assert failing.error_rate == 1.0
    assert failing.latency.n == 0
    assert ROWS[2] not in found  # LiteLLM is in another place
