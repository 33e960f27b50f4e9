"""relaytop's own counters and gauges: those of `/metrics`, by the same names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opentelemetry.metrics import Observation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from opentelemetry.metrics import CallbackOptions, Meter
    from prometheus_client.core import Metric

    from relaytop.export.metrics import Metrics


class OwnMetrics:
    """Observes what `/metrics` shows; its histograms are recorded elsewhere.

    Args:
        meter: Makes the instruments.
        metrics: The metrics.
    """

    def __init__(self, meter: Meter, metrics: Metrics) -> None:
        self._meter = meter
        self._metrics = metrics
        self._families: dict[str, Metric] = {}
        self._made: set[str] = set()

    def refresh(self) -> None:
        """Look at the metrics; what the meter reads next is what they are now."""
        self._families = {family.name: family for family in self._metrics.collect()}
        for name, family in self._families.items():
            if name in self._made:
                continue
            self._made.add(name)
            if family.type == "counter":
                self._meter.create_observable_counter(
                    f"{name}_total", [self._reader(name)], description=family.documentation
                )
            elif family.type == "gauge":
                self._meter.create_observable_gauge(
                    name, [self._reader(name)], description=family.documentation
                )

    def _reader(self, name: str) -> Callable[[CallbackOptions], Iterable[Observation]]:
        def read(_options: CallbackOptions) -> Iterable[Observation]:
            family = self._families.get(name)
            return [
                Observation(sample.value, dict(sample.labels))
                for sample in (family.samples if family is not None else ())
            ]

        return read
