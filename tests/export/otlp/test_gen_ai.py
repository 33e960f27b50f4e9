"""Whom a base URL belongs to, by the conventions' well-known names; and the endpoint."""

import pytest

from relaytop.config.errors import RelaytopError
from relaytop.config.settings import Provider, Target
from relaytop.export.otlp.endpoint import interval_s, metrics_url, require_otlp
from relaytop.export.otlp.gen_ai import SECONDS, TOKEN_COUNTS, provider_name, target_attributes


@pytest.mark.parametrize(
    ("host", "api", "name"),
    [
        ("api.openai.com", "openai", "openai"),
        ("relay.example", "openai", "openai"),
        ("relay.example", "anthropic", "anthropic"),
        ("relay.example", "gemini", "gcp.gemini"),
        ("relay.example", "azure", "azure.ai.openai"),
        ("api.anthropic.com", "openai", "anthropic"),
        ("x.openai.azure.com", "azure", "azure.ai.openai"),
        ("europe-west4-aiplatform.googleapis.com", "openai", "gcp.vertex_ai"),
        ("bedrock-runtime.eu-central-1.amazonaws.com", "openai", "aws.bedrock"),
        ("api.x.ai", "openai", "x_ai"),
        ("notx.ai", "openai", "openai"),
        ("api.groq.com", "openai", "groq"),
        ("127.0.0.1", "openai", "openai"),
    ],
)
def test_the_name_of_a_provider(host: str, api: str, name: str) -> None:
    assert provider_name(host, api) == name


def test_the_server_and_its_port() -> None:
    target = Target(provider="p", model="m")
    for url, host, port in (
        ("https://host/v1", "host", 443),
        ("http://Host/v1", "host", 80),
        ("http://[::1]:8000/v1", "::1", 8000),
    ):
        found = target_attributes(target, Provider(name="p", base_url=url))
        assert (found["server.address"], found["server.port"]) == (host, port)


def test_the_boundaries() -> None:
    assert (SECONDS[0], SECONDS[-1], len(SECONDS)) == (0.01, 81.92, 14)
    assert (TOKEN_COUNTS[0], TOKEN_COUNTS[-1], len(TOKEN_COUNTS)) == (1, 67_108_864, 14)


def test_the_path_is_added_once() -> None:
    assert metrics_url(None) is None
    assert metrics_url("http://c:4318") == "http://c:4318/v1/metrics"
    assert metrics_url("http://c:4318/v1/metrics") == "http://c:4318/v1/metrics"
    assert metrics_url("http://c/otlp") == "http://c/otlp/v1/metrics"


def test_the_interval() -> None:
    assert interval_s({}) == 60
    assert interval_s({"OTEL_METRIC_EXPORT_INTERVAL": "5000"}) == 5
    for bad in ("soon", "0", "-1", "nan", "inf"):
        with pytest.raises(RelaytopError, match="write milliseconds"):
            interval_s({"OTEL_METRIC_EXPORT_INTERVAL": bad})


def test_without_the_libraries_it_says_how_to_get_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("relaytop.export.otlp.endpoint.find_spec", lambda _name: None)
    with pytest.raises(RelaytopError, match=r"pip install 'relaytop\[otlp\]'"):
        require_otlp()
