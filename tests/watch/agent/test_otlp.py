"""`relaytop agent --otlp` with a collector, and where the URL comes from."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from relaytop.config.errors import RelaytopError
from tests.export.otlp.collector import Collector
from tests.support.agents import Agent
from tests.watch.agent.config_file import KEY

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.launch import Invoke


@pytest.mark.parametrize("way", ["flag", "config", "variable"])
def test_an_agent_sends(home: dict[str, str], config: Path, way: str) -> None:
    with Collector() as collector:
        environ = {**home, "A_KEY": KEY, "OTEL_METRIC_EXPORT_INTERVAL": "500"}
        arguments = ["--config", str(config)]
        if way == "flag":
            arguments += ["--otlp", collector.url]
        elif way == "config":
            text = config.read_text()
            config.write_text(f'{text}\n[otlp]\nendpoint = "{collector.url}"\n')
        else:
            environ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.url
            arguments = ["--otlp", *arguments]
        with Agent(environ, *arguments) as agent:
            agent.wait_for_event("sending metrics by OTLP to")
            # A busy machine exports before its engine has started, without a probe's duration.
            agent.until(lambda: "gen_ai.client.operation.duration" in collector.metrics)
            assert agent.end(signal.SIGTERM) == 0
        assert "gen_ai.client.operation.duration" in collector.metrics
        assert "ai_api_requests_total" in collector.metrics
        assert all(event["level"] != "warning" for event in agent.events())
        assert KEY not in str(collector.requests)


def test_a_bad_url_is_refused(invoke: Invoke, config: Path) -> None:
    for bad, words in (("collector", "http://host:4318"), ("http://a:b@c:1", "HEADERS")):
        done = invoke("agent", "--otlp", bad, "--config", str(config), A_KEY=KEY)
        assert done.exit_code == 2
        assert words in done.stderr
    config.write_text('[otlp]\nendpoints = "http://c"\n')
    with pytest.raises(RelaytopError, match=r"endpoints: unknown key; did you mean 'endpoint'"):
        invoke("agent", "--config", str(config))


def test_with_stdio_it_is_refused(invoke: Invoke, config: Path) -> None:
    for flag, value in (("--otlp", "http://c:1"), ("--web.config.file", "web.yml")):
        with pytest.raises(RelaytopError, match=f"{flag} cannot be used with --stdio"):
            invoke("agent", "--stdio", flag, value, "--config", str(config), A_KEY=KEY)
