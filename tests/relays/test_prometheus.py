"""A real Prometheus scrapes the agent on the demo's relay and is asked what an operator asks."""

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from signal import SIGTERM

import pytest

from relaytop.demo.child import DemoRelay
from relaytop.export.dashboard import dashboard
from tests.demo.support import incident
from tests.relays.prometheus import needs_prometheus, query_api, running_prometheus
from tests.support.agents import Agent

pytestmark = [
    pytest.mark.relay,
    pytest.mark.timeout(180),
    needs_prometheus,
]

MODELS = {
    "holysheep": ["gpt-4.1", "claude-sonnet-4.5"],
    "direct": ["openai/gpt-4.1", "google/gemini-2.5-flash"],
}
ALL = {(provider, model) for provider, models in MODELS.items() for model in models}
LIMITED_FROM_S = incident("rate_limited", "holysheep").start_s
"""From then on the demo's holysheep answers nearly every request with 429."""
SPAN = "30s"
SCRAPES = """
global: {{scrape_interval: 1s, evaluation_interval: 1s}}
rule_files: [rules.yml]
scrape_configs:
- job_name: relaytop
  static_configs: [{{targets: ["{agent}"]}}]
"""
PROVIDER = """
[providers.{name}]
base_url = "http://127.0.0.1:{port}/v1"
models = {models}
"""
PRICE = """
[providers.{name}.prices."{model}"]
input = 2.0
output = 8.0
"""

Asked = dict[tuple[str, str], float]
Ask = Callable[[str], Asked]
WAIT_S = 60.0


@pytest.fixture
def config(tmp_path: Path) -> Iterator[Path]:
    """Two providers of the demo's relay, a few seconds before one limits its clients."""
    relay = DemoRelay.spawn(1, at_s=LIMITED_FROM_S - 8)
    try:
        text = 'interval = "250ms"\nbudget = 5.0\n'
        ports = relay.ports()
        for name, models in MODELS.items():
            text += PROVIDER.format(name=name, port=ports[name], models=json.dumps(models))
            text += "".join(PRICE.format(name=name, model=model) for model in models)
        path = tmp_path / "config.toml"
        path.write_text(text)
        yield path
    finally:
        relay.stop()


@pytest.fixture
def agent(home: dict[str, str], config: Path) -> Iterator[Agent]:
    with Agent(home, "--config", str(config)) as found:
        found.until(lambda: found.probes() >= 1)
        yield found


@pytest.fixture
def prometheus(agent: Agent, config: Path, tmp_path: Path) -> Iterator[str]:
    """The base URL of a Prometheus that scrapes the agent each second and knows its rules."""
    folder = tmp_path / "prometheus"
    folder.mkdir()
    rules = [sys.executable, "-c", "from relaytop.cli.main import main; main()", "rules"]
    where = [*("--config", str(config)), *("--output", str(folder / "rules.yml"))]
    subprocess.run([*rules, *where], check=True, timeout=30)
    address = agent.url.removeprefix("http://")
    with running_prometheus(folder, SCRAPES.format(agent=address)) as base:
        yield base


def asked(base: str, query: str) -> Asked:
    """Return (provider, model) → value."""
    found = query_api(base, "query", query=query)["result"]
    return {
        (one["metric"]["provider"], one["metric"]["model"]): float(one["value"][1]) for one in found
    }


def until(seen: Callable[[], object]) -> None:
    deadline = time.monotonic() + WAIT_S
    while not seen():
        assert time.monotonic() < deadline
        time.sleep(0.25)


def test_prometheus_answers_what_an_operator_asks(prometheus: str, agent: Agent) -> None:
    latency = f"rate(ai_api_request_latency_seconds_bucket[{SPAN}])"
    p95 = f"histogram_quantile(0.95, sum by (provider, model, le) ({latency}))"
    requests = f"sum by (provider, model) (rate(ai_api_requests_total[{SPAN}]))"
    errors = f'sum by (provider, model) (rate(ai_api_requests_total{{status="error"}}[{SPAN}]))'
    cost = f"sum by (provider, model) (rate(ai_api_cost_usd_total[{SPAN}]))"

    def seen() -> bool:
        rates = asked(prometheus, f"{errors} / {requests} > 0")
        quantiles = {who for who, value in asked(prometheus, p95).items() if 0 < value < 5}
        return quantiles == ALL and rates.keys() >= {("holysheep", m) for m in MODELS["holysheep"]}

    until(seen)
    rates = asked(prometheus, f"{errors} / {requests}")
    assert rates.keys() == ALL
    assert all(0 <= rate <= 1 for rate in rates.values())
    assert rates["direct", "openai/gpt-4.1"] == 0
    costs = asked(prometheus, cost)
    assert costs.keys() == ALL
    assert all(0 < usd_per_s < 1e-3 for usd_per_s in costs.values())

    def empty() -> list[str]:
        """Panels that show nothing: a class of errors begins with its first one."""
        found = []
        for panel in dashboard()["panels"]:
            expr = panel["targets"][0]["expr"].replace("$__rate_interval", SPAN)
            expr = re.sub(r"\$(?:region|provider|model)", ".*", expr)
            if panel["title"] == "Alerts firing" and panel["type"] == "timeseries":
                continue  # where none fires
            if not query_api(prometheus, "query", query=expr)["result"]:
                found.append(panel["title"])
        return found

    until(lambda: not empty())
    rules = query_api(prometheus, "rules")["groups"][0]["rules"]
    assert {rule["health"] for rule in rules} == {"ok"}

    totals = asked(prometheus, 'ai_api_requests_total{status="success"}')
    spent = asked(prometheus, "ai_api_cost_usd_total")
    assert agent.end(SIGTERM) == 0
    (snapshot,) = agent.snapshots()
    for target in snapshot["targets"]:
        who = target["provider"], target["model"]
        assert 0 < totals[who] <= target["total"]["ok"]
        total = target["total"]
        cost_usd = total["cost_usd"] if "cost_usd" in total else total["cost_at_least_usd"]
        assert 0 < spent[who] <= cost_usd * (1 + 1e-9)
