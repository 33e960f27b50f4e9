"""`/metrics` and `/healthz` of one watch."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

from relaytop.export.answer import Answer
from relaytop.export.metrics import Metrics
from relaytop.export.server import HttpServer

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from relaytop.alerts.alert import Alert
    from relaytop.config.settings import Thresholds
    from relaytop.export.server import Gate
    from relaytop.monitor.source import Source
    from relaytop.protocol.messages import Report

OPEN_METRICS = "application/openmetrics-text"


class Exporter:
    """Shows a watch to Prometheus.

    Args:
        listening: The socket to answer on; `aclose` closes it.
        source: What is known of the targets.
        trouble: Says why nothing is probed; None while all is well.
        thresholds: Target id → its thresholds, as they are in force.
        firing: The alerts that fire now.
        gate: Who may read; None: whoever can connect.
    """

    def __init__(
        self,
        listening: socket.socket,
        source: Source,
        trouble: Callable[[], str | None],
        thresholds: Callable[[], Mapping[str, Thresholds]],
        firing: Callable[[], Sequence[Alert]] = tuple,
        gate: Gate | None = None,
    ) -> None:
        self._trouble = trouble
        self._metrics = Metrics(source, lambda: trouble() is None, thresholds, firing)
        self._registry = CollectorRegistry()
        self._registry.register(self._metrics)
        routes = {"/metrics": self._show, "/healthz": self._health}
        self._server = HttpServer(listening, routes, gate)

    def consume(self, reports: Iterable[Report]) -> None:
        """Count a batch of reports."""
        self._metrics.count(reports)

    async def start(self) -> None:
        """Begin to answer; a second call changes nothing."""
        await self._server.start()

    async def aclose(self) -> None:
        """Stop answering."""
        await self._server.aclose()

    def _show(self, accept: str) -> Answer:
        encode, content_type = choose_encoder(OPEN_METRICS if OPEN_METRICS in accept else "")
        return Answer(encode(self._registry), content_type)

    def _health(self, _accept: str) -> Answer:
        trouble = self._trouble()
        if trouble is None:
            return Answer(b"ok\n")
        return Answer(f"{trouble}\n".encode(), status=HTTPStatus.SERVICE_UNAVAILABLE)
