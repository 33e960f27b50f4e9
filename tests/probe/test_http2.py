"""HTTP/2: its own frames before and after a reply are no part of the reply's times."""

import dataclasses
from time import perf_counter

import pytest

pytest.importorskip("h2")

from relaytop.config.settings import Provider, Target
from relaytop.probe import transport_settings
from relaytop.probe.prober import Prober
from tests.support.http2 import http2_server
from tests.support.server import CERTIFICATE, DONE, ROLE, STOP, delta

TARGET = Target(provider="p", model="m", timeout_s=3.0)


def prober_of(base_url: str) -> Prober:
    return Prober(Provider(name="p", base_url=base_url, ca_file=str(CERTIFICATE), http2=True))


async def test_the_times_are_those_of_the_reply() -> None:
    parts = [(0.06, ROLE), (0.05, delta(content="x")), (0.04, STOP), (0.0, DONE)]
    async with http2_server(parts) as base_url:
        prober = prober_of(base_url)
        fresh, reused = [await prober.probe(TARGET, 0.0) for _ in range(2)]
        await prober.aclose()
    for sample in (fresh, reused):
        assert sample.ok, sample.failure
        assert sample.latency_ms
        assert sample.ttft_ms
        assert sample.phases.wait_ms
        assert sample.phases.wait_ms >= 59
        assert sample.ttft_ms >= sample.phases.wait_ms + 49
        assert sample.latency_ms >= sample.ttft_ms + 39
    assert fresh.phases.tls_ms is not None
    assert reused.phases.tls_ms is None


async def test_a_goodbye_on_a_reused_connection_is_stale() -> None:
    async with http2_server(
        [(0.0, delta(content="x") + STOP), (0.0, DONE)], hang_up=True
    ) as base_url:
        prober = prober_of(base_url)
        first, second = [await prober.probe(TARGET, 0.0) for _ in range(2)]
        await prober.aclose()
    assert first.ok, first.failure
    assert second.stale


async def test_the_time_to_send_a_long_prompt_is_no_latency() -> None:
    parts = [(0.0, ROLE + delta(content="x") + STOP), (0.0, DONE)]
    long = dataclasses.replace(TARGET, messages=(("user", "x" * 200_000),))
    async with http2_server(parts, read_s=0.03) as base_url:
        prober = prober_of(base_url)
        began = perf_counter()
        sample = await prober.probe(long, 0.0)
        took_s = perf_counter() - began
        await prober.aclose()
    assert sample.ok, sample.failure
    assert sample.latency_ms
    assert sample.latency_ms < took_s * 1e3 / 2


async def test_asked_for_and_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport_settings, "find_spec", lambda _name: None)
    sample = await prober_of("https://localhost:9/v1").probe(TARGET, 0.0)
    assert sample.failure
    assert "relaytop[h2]" in sample.failure.message
