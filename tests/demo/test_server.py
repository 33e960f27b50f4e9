"""The relay on its sockets, seen by an HTTP client and by relaytop's own prober."""

import time
from collections import deque

import httpx
import pytest

from tests.demo.support import incident, probe, relay_at

OUTAGE = incident("down", "direct")
CHAT = {"model": "gpt-4.1", "messages": [{"role": "user", "content": "ping"}]}


def test_it_offers_models_and_answers_whole_and_streamed_on_one_connection() -> None:
    with relay_at(0) as settings, httpx.Client() as client:
        base_url = settings.provider("holysheep").base_url
        offered = client.get(f"{base_url}/models").json()["data"]
        assert {"gpt-4.1", "deepseek-v3.2"} <= {model["id"] for model in offered}
        whole = client.post(f"{base_url}/chat/completions", json=CHAT)
        assert whole.json()["choices"][0]["message"]["content"].startswith("Pong.")
        assert whole.json()["usage"]["prompt_tokens"] > 0
        streamed = client.post(f"{base_url}/chat/completions", json={**CHAT, "stream": True})
        assert streamed.headers["content-type"] == "text/event-stream"
        assert streamed.text.endswith("data: [DONE]\n\n")
        left = [int(r.headers["x-ratelimit-remaining-requests"]) for r in (whole, streamed)]
        assert left == [999, 998]


def test_every_target_is_probed_well_while_all_is_calm() -> None:
    with relay_at(200) as settings:
        for target in settings.targets:
            sample = probe(settings, target.id)
            assert sample.ok
            assert sample.ttft_ms is not None
            assert sample.usage is not None
            assert sample.usage.output_tokens is not None
            assert sample.usage.output_tokens >= 2
            assert sample.latency_ms is not None
            assert sample.latency_ms >= sample.ttft_ms
            assert sample.cost_usd is not None
            assert sample.request_id is not None
            assert sample.rate_limit is not None
            assert sample.rate_limit.requests is not None


@pytest.mark.parametrize(
    ("at_s", "target", "error_class"),
    [
        (incident("server_error", "official").start_s, "official/gpt-4.1", "server_error"),
        (incident("truncated", "direct").start_s, "direct/google/gemini-2.5-flash", "truncated"),
        (OUTAGE.start_s + 3, "direct/anthropic/claude-sonnet-4.5", "connect"),
    ],
)
def test_each_trouble_looks_like_what_it_is(at_s: float, target: str, error_class: str) -> None:
    with relay_at(at_s) as settings:
        failure = probe(settings, target).failure
        assert failure is not None
        assert failure.error_class == error_class


def test_a_429_tells_how_long_to_wait() -> None:
    with relay_at(incident("rate_limited", "holysheep").start_s + 1) as settings:
        samples = [probe(settings, "holysheep/gpt-4.1") for _ in range(5)]
        refused = [s for s in samples if s.failure and s.failure.error_class == "rate_limited"]
        assert refused
        for sample in refused:
            assert sample.retry_after_s is not None
            assert 2 <= sample.retry_after_s <= 6


def test_a_provider_that_goes_down_drops_refuses_and_comes_back_on_its_port() -> None:
    with relay_at(OUTAGE.start_s - 3) as settings, httpx.Client() as client:
        url = settings.provider("direct").base_url + "/models"
        assert client.get(url).status_code == 200
        calls = iter(lambda: client.get(url).status_code, None)
        with pytest.raises(httpx.TransportError):
            deque(calls, maxlen=0)
        with pytest.raises(httpx.ConnectError), httpx.Client() as other:
            other.get(url)
        other_url = settings.provider("holysheep").base_url + "/models"
        assert client.get(other_url).status_code == 200
    with relay_at(OUTAGE.end_s - 0.5) as settings, httpx.Client() as client:
        url = settings.provider("direct").base_url + "/models"
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            try:
                assert client.get(url).status_code == 200
            except httpx.ConnectError:
                continue
            break
        else:
            pytest.fail("it did not come back")


def test_a_request_that_is_none_is_refused_and_the_relay_goes_on() -> None:
    with relay_at(0) as settings, httpx.Client() as client:
        base_url = settings.provider("direct").base_url
        wrong = client.post(f"{base_url}/models", content=iter([b"chunked"]))
        assert wrong.status_code == 400
        assert "content-length" in wrong.json()["error"]["message"]
        assert client.get(f"{base_url}/models").status_code == 200
