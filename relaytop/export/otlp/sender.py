"""Sending on a thread of its own: a collector that is down or slow holds up nothing else."""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING, Protocol

from relaytop.export.otlp.failures import silence_library, why_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from opentelemetry.sdk.metrics.export import MetricsData

    from relaytop.monitor.event import Level


class MetricExporter(Protocol):
    """The part of OpenTelemetry's exporter that is used."""

    def export(self, metrics_data: MetricsData) -> object:
        """Send; return a result whose `name` is `SUCCESS` where the collector took it."""
        ...

    def shutdown(self) -> None:
        """End what waits to be tried again."""
        ...


class Sender:
    """Sends the newest data; what waits while others are on their way is replaced.

    Args:
        exporter: Sends them.
        why: Says why the last request failed; None: it did not.
        note: Called from the thread with a line where sending begins to fail, and where it works
            again.
    """

    def __init__(
        self,
        exporter: MetricExporter,
        why: Callable[[], str | None],
        note: Callable[[Level, str], None],
    ) -> None:
        self._exporter = exporter
        self._why = why
        self._note = note
        self._changed = threading.Condition()
        self._waiting: MetricsData | None = None
        self._ends = False
        self._failing: str | None = None
        silence_library()
        # A daemon: a collector that never answers must not keep the process.
        self._thread = threading.Thread(target=self._run, name="otlp", daemon=True)
        self._thread.start()

    def put(self, data: MetricsData) -> None:
        """Send data soon."""
        with self._changed:
            self._waiting = data
            self._changed.notify()

    def close(self, timeout_s: float) -> None:
        """Send what waits, for so long at most; blocks."""
        with self._changed:
            self._ends = True
            self._changed.notify()
        self._thread.join(timeout_s)
        if self._thread.is_alive() and self._failing is None:
            self._failing = "too slow at the end"
            self._note("warning", f"OTLP: the last metrics were not sent within {timeout_s:g} s")
        with contextlib.suppress(Exception):  # the session of a request that is on its way
            self._exporter.shutdown()

    def _next(self) -> MetricsData | None:
        """Return what to send, as soon as there is something; None at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting is not None or self._ends)
            data, self._waiting = self._waiting, None
            return data

    def _run(self) -> None:
        while (data := self._next()) is not None:
            try:
                sent = getattr(self._exporter.export(data), "name", "") == "SUCCESS"
                why = None if sent else self._why() or "it did not take them"
            except Exception as error:  # noqa: BLE001 - the thread must outlive any of the library
                why = why_of(error)
            self._tell(why)

    def _tell(self, why: str | None) -> None:
        """Note what changed: one line however long a collector is down."""
        if why is not None and self._failing is None:
            self._note("warning", f"OTLP: metrics not sent: {why}; trying again")
        elif why is None and self._failing is not None:
            self._note("good", "OTLP: metrics are sent again")
        self._failing = why
