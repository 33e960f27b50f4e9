"""What a collector is sent, and what becomes of one that is down, slow or refuses."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import ssl
import threading
import time
from typing import TYPE_CHECKING

from relaytop.export.metrics import Metrics
from relaytop.export.otlp.exporter import OtlpExporter
from relaytop.monitor.monitor import Monitor
from relaytop.protocol.messages import Finished
from relaytop.wire.facts import Served
from tests.export.otlp.collector import Collector, attributes, value
from tests.hostile.certificates import certificates
from tests.support.samples import sample, settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    import pytest

    from relaytop.probe.sample import Sample

NOTES = list[tuple[str, str]]
SECRET = "secret-token-of-the-collector"


class Sending:
    def __init__(self, endpoint: str | None) -> None:
        self.notes: NOTES = []
        self.noting = threading.Condition()
        watched = settings("relay/m")
        self.monitor = Monitor(watched, time.time())
        metrics = Metrics(self.monitor, lambda: True, dict, tuple)
        self.exporter = OtlpExporter(
            metrics,
            lambda: watched,
            endpoint,
            86_400,
            self._note,
        )

    def consume(self, *samples: Sample) -> None:
        self.exporter.consume([Finished(each) for each in samples])

    async def send(self) -> None:
        self.exporter._send()

    async def noted(self, count: int) -> NOTES:
        await asyncio.to_thread(self._wait, count)
        return self.notes

    def _note(self, level: str, text: str) -> None:
        with self.noting:
            self.notes.append((level, text))
            self.noting.notify_all()

    def _wait(self, count: int) -> None:
        with self.noting:
            assert self.noting.wait_for(lambda: len(self.notes) >= count, 60)


@contextlib.asynccontextmanager
async def sending(endpoint: str | None) -> AsyncIterator[Sending]:
    found = Sending(endpoint)
    await found.exporter.start()
    try:
        yield found
    finally:
        await found.exporter.aclose()


async def sent(collector: Collector, *samples: Sample) -> None:
    async with sending(collector.url) as found:
        found.consume(*samples)
    assert found.notes == []


async def test_the_conventions_names_buckets_and_attributes() -> None:
    good = dataclasses.replace(
        sample(latency_ms=1500.0, ttft_ms=300.0, tokens=(12, 5)), served=Served(model="m-2026")
    )
    with Collector() as collector:
        await sent(collector, good, sample(error="timeout"))
        (path, headers, _), *_ = collector.requests
    assert path == "/v1/metrics"
    assert headers["content-type"] == "application/x-protobuf"
    assert collector.resource["service.name"] == "relaytop"
    duration = collector.metrics["gen_ai.client.operation.duration"]
    assert duration.unit == "s"
    points = {attributes(p).get("error.type"): p for p in duration.histogram.data_points}
    assert [*points[None].explicit_bounds] == [
        *(0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92)
    ]
    assert points[None].sum == 1.5
    found = attributes(points[None])
    assert found.pop("server.address")
    assert found.pop("server.port")
    assert found == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "m",
        "gen_ai.response.model": "m-2026",
        "relaytop.provider": "relay",
        "relaytop.synthetic": True,
        "user_agent.synthetic.type": "test",
    }
    assert points["timeout"].count == 1
    (first,) = collector.metrics[
        "gen_ai.client.operation.time_to_first_chunk"
    ].histogram.data_points
    assert first.sum == 0.3
    tokens = collector.metrics["gen_ai.client.token.usage"]
    assert tokens.unit == "{token}"
    assert {attributes(p)["gen_ai.token.type"]: p.sum for p in tokens.histogram.data_points} == {
        "input": 12,
        "output": 5,
    }


async def test_our_own_names_beside_them() -> None:
    with Collector() as collector:
        await sent(collector, sample(latency_ms=1500.0), sample(error="timeout"))
    requests = collector.metrics["ai_api_requests_total"].sum
    assert requests.is_monotonic
    assert {attributes(p)["status"]: value(p) for p in requests.data_points} == {
        "success": 1,
        "error": 1,
    }
    (latency,) = collector.metrics["ai_api_request_latency_seconds"].histogram.data_points
    assert attributes(latency) == {"provider": "relay", "model": "m"}
    assert len(latency.explicit_bounds) > 40
    assert value(collector.metrics["relaytop_engine_up"].gauge.data_points[0]) == 1


async def test_the_variables_hold_where_no_endpoint_is_given(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with Collector() as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", f"authorization=Bearer%20{SECRET}")
        monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "region=eu,service.name=probes")
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "delta")
        async with sending(None) as found:
            found.consume(sample(latency_ms=1500.0))
    _path, headers, _ = collector.requests[-1]
    assert headers["authorization"] == f"Bearer {SECRET}"
    assert collector.resource["region"] == "eu"
    assert collector.resource["service.name"] == "probes"
    duration = collector.metrics["gen_ai.client.operation.duration"].histogram
    assert duration.aggregation_temporality == 1  # delta


async def test_a_collector_that_refuses_is_one_line_and_one_when_it_takes_them(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", f"authorization=Bearer%20{SECRET}")
    with Collector() as collector:
        collector.status = 401
        async with sending(collector.url) as found:
            for count in range(1, 4):
                await found.send()
                await asyncio.to_thread(collector.wait, count)
            assert await found.noted(1) == [
                ("warning", "OTLP: metrics not sent: HTTP 401 Unauthorized; trying again")
            ]
            collector.status = 200
            await found.send()
            assert (await found.noted(2))[1:] == [("good", "OTLP: metrics are sent again")]
    assert SECRET not in str(found.notes)
    assert caplog.records == []


async def test_one_that_is_down_or_slow_holds_up_nothing_but_two_seconds_at_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1")
    with Collector() as collector:
        url = collector.url
    async with sending(url) as found:
        await found.send()
        assert "cannot connect" in (await found.noted(1))[0][1]
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "15")
    with Collector() as collector:
        collector.hold.clear()
        async with sending(collector.url) as found:
            await found.send()
        assert found.notes == [
            ("warning", "OTLP: the last metrics were not sent within 2 s"),
        ]


async def test_tls(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    made = certificates(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made["good"])
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1")
    with Collector(context) as collector:
        async with sending(collector.url) as found:
            await found.send()
            assert "its certificate is not trusted" in (await found.noted(1))[0][1]
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_CERTIFICATE", str(tmp_path / "ca.crt"))
        await sent(collector, sample(latency_ms=1.0))
        assert "ai_api_requests_total" in collector.metrics
