"""A real Prometheus over two agents in two regions and over LiteLLM: the fleet's screen on it.

Both agents probe one LiteLLM, each by a path of its own; one path is cut.
"""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.relays.keys import KEY
from tests.relays.network_path import NetworkPath, network_path
from tests.relays.prometheus import needs_prometheus, query_api, running_prometheus
from tests.support.agents import Agent, until
from tests.support.launch import Start

pytestmark = [pytest.mark.relay, pytest.mark.timeout(400), needs_prometheus]

REGIONS = ("eu-west", "us-east")
MODELS = ["mock-slow", "mock-slower"]
"""They wait, so that a busy machine does not make them many times slower."""

PATIENT = """
[thresholds]  # a busy machine makes no target slow: only the path is to blame
p95 = "60s"
ttft = "60s"
gap = "60s"
"""
"""Of the agents and of who looks."""
CONFIG = """
interval = "500ms"
[probe]
stream = false
[providers.litellm]
base_url = "http://127.0.0.1:{port}/v1"
api_key_env = "LITELLM_KEY"
models = {models}
[providers.proxy]
base_url = "http://127.0.0.1:{port}/v1"
api_key_env = "LITELLM_KEY"
models = {models}
"""
SCRAPES = """
global: {{scrape_interval: 2s}}
scrape_configs:
- job_name: relaytop
  static_configs:
  - {{targets: ["{eu-west}"], labels: {{region: eu-west}}}}
  - {{targets: ["{us-east}"], labels: {{region: us-east}}}}
- job_name: litellm
  authorization: {{credentials: "{key}"}}
  static_configs: [{{targets: ["{relay}"]}}]
"""
SHOWN_S = 90.0


@pytest.fixture
def paths(litellm: str) -> Iterator[dict[str, NetworkPath]]:
    """Region → its path to LiteLLM."""
    port = int(litellm.rpartition(":")[2].removesuffix("/v1"))
    with ExitStack() as stack:
        yield {region: stack.enter_context(network_path(port)) for region in REGIONS}


@pytest.fixture
def prometheus(
    home: dict[str, str], tmp_path: Path, litellm: str, paths: dict[str, NetworkPath]
) -> Iterator[str]:
    """The URL of a Prometheus that has scraped both agents and LiteLLM."""
    with ExitStack() as stack:
        found = {}
        for region, path in paths.items():
            folder = tmp_path / region
            folder.mkdir()
            config = folder / "relaytop.toml"
            config.write_text(CONFIG.format(port=path.port, models=json.dumps(MODELS)) + PATIENT)
            environ = {**home, "HOME": str(folder), "LITELLM_KEY": KEY}
            environ |= {name: str(folder / name) for name in home if name.startswith("XDG_")}
            (folder / "XDG_RUNTIME_DIR").mkdir(mode=0o700)
            agent = stack.enter_context(Agent(environ, "--config", str(config)))
            found[region] = agent.url.removeprefix("http://")
        relay = litellm.removeprefix("http://").removesuffix("/v1")
        data = tmp_path / "prometheus"
        data.mkdir()
        scrapes = SCRAPES.format(**found, key=KEY, relay=relay)
        base = stack.enter_context(running_prometheus(data, scrapes))
        until(lambda: len(query_api(base, "query", query="ai_api_up")["result"]) == 8)
        name = "litellm_request_total_latency_metric_count"
        until(lambda: query_api(base, "query", query=f"rate({name}[20s])")["result"])
        yield base


def test_the_screen_shows_both_regions_the_users_and_where_a_region_breaks(
    start: Start, prometheus: str, paths: dict[str, NetworkPath], tmp_path: Path
) -> None:
    config = tmp_path / "viewer.toml"
    config.write_text(PATIENT)
    looking = ("fleet", "--prometheus", prometheus, "--config", str(config))
    terminal = start(*looking, columns=140, rows=40)
    terminal.wait_for(lambda text: all(region in text for region in REGIONS), SHOWN_S)
    terminal.wait_for(lambda text: "8 up" in text and "2 places" in text, SHOWN_S)
    terminal.wait_for("≈")
    terminal.wait_for("users", SHOWN_S)

    paths["us-east"].cut()

    blamed = "4 of 4 targets fail from us-east, 0 of 4 elsewhere: the path from us-east"
    terminal.wait_for(blamed, SHOWN_S)
    assert "✗4" in terminal.text or "4 down" in terminal.text
    terminal.press("l")
    terminal.wait_for("alert firing: path from us-east: 4 of 4 targets down", SHOWN_S)
    terminal.press("l")
    terminal.wait_for("enter zoom")
    terminal.press("q")
    assert terminal.wait() == 0
    assert KEY.encode() not in bytes(terminal.raw)
