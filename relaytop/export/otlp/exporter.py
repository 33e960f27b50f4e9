"""A watch's metrics, sent to a collector at an interval."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.resources import OTELResourceDetector, Resource

import relaytop
from relaytop.export.otlp.endpoint import metrics_url
from relaytop.export.otlp.failures import WatchedSession
from relaytop.export.otlp.instruments import Instruments
from relaytop.export.otlp.own_metrics import OwnMetrics
from relaytop.export.otlp.sender import Sender
from relaytop.protocol.messages import Finished

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from relaytop.config.settings import Settings
    from relaytop.export.metrics import Metrics
    from relaytop.monitor.event import Level
    from relaytop.protocol.messages import Report

FLUSH_S = 2.0


class OtlpExporter:
    """Sends a watch's metrics, in the loop's thread read and in another sent.

    Args:
        metrics: What `/metrics` would show; counted here too.
        settings: What is watched, as it is in force.
        endpoint: The collector's URL; None: OpenTelemetry's variables hold.
        interval_s: Seconds between two exports.
        note: Called from any thread with what is worth a line in the log.
    """

    def __init__(
        self,
        metrics: Metrics,
        settings: Callable[[], Settings],
        endpoint: str | None,
        interval_s: float,
        note: Callable[[Level, str], None],
    ) -> None:
        self._metrics = metrics
        self._interval_s = interval_s
        session = WatchedSession()
        exporter = OTLPMetricExporter(endpoint=metrics_url(endpoint), session=session)
        self._reader = InMemoryMetricReader(
            preferred_temporality=exporter._preferred_temporality,  # noqa: SLF001 - as its readers
            preferred_aggregation=exporter._preferred_aggregation,  # noqa: SLF001 - do
        )
        ours = Resource({"service.name": "relaytop", "service.version": relaytop.__version__})
        provider = MeterProvider(
            [self._reader],
            resource=ours.merge(OTELResourceDetector().detect()),
            shutdown_on_exit=False,
        )
        meter = provider.get_meter("relaytop", relaytop.__version__)
        self._instruments = Instruments(meter, settings)
        self._own = OwnMetrics(meter, metrics)
        self._sender = Sender(exporter, lambda: session.why, note)
        self._task: asyncio.Task[None] | None = None

    def consume(self, reports: Sequence[Report]) -> None:
        """Count a batch of reports."""
        self._metrics.count(reports)
        for report in reports:
            if isinstance(report, Finished):
                self._instruments.record(report.sample)

    async def start(self) -> None:
        """Begin to send; a second call changes nothing."""
        if self._task is None:
            self._task = asyncio.create_task(self._send_now_and_then())

    async def aclose(self) -> None:
        """Send the last figures, for two seconds at most, and stop."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._send()
        await asyncio.to_thread(self._sender.close, FLUSH_S)

    async def _send_now_and_then(self) -> None:
        while True:
            await asyncio.sleep(self._interval_s)
            self._send()

    def _send(self) -> None:
        self._own.refresh()
        data = self._reader.get_metrics_data()
        if data is not None:
            self._sender.put(data)
