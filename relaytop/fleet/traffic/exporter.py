"""An exporter of users' requests: which of its metrics is what, and which label is the model."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

Merge = Literal["sum", "mean", "min", "max"]
HISTOGRAMS = ("latency", "ttft")
COUNTERS = ("requests", "successes", "failures", "tokens", "cost")
GAUGE_MARK = "gauge "
"""What a gauge's figure begins with: `gauge waiting`."""


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric of an exporter."""

    names: Sequence[str]
    """The first that exists is taken; a histogram's is without `_bucket`."""
    where: Mapping[str, str] = field(default_factory=dict)
    """Label → the value that its series must have."""
    scale: float = 1.0
    """The factor that brings it to milliseconds, counts, USD or a share of 0 to 1."""
    merge: Merge = "sum"
    """How series of several servers become one figure."""


@dataclass(frozen=True, slots=True)
class Exporter:
    """What one kind of server or client exports."""

    name: str
    models: Sequence[str]
    """Labels that may hold the model, the best first."""
    metrics: Mapping[str, Metric]
    """Figure (of `HISTOGRAMS`, `COUNTERS`, or a gauge) → its metric."""
    providers: Sequence[str] = ()
    """Providers whose rows its requests may belong to; none: all."""
    failed: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Label of a request that failed → its values then; none: any."""
    exclude: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Label → values of series that are no users' requests."""

    def names(self) -> Iterator[str]:
        """Yield every name that one of its metrics may have, a histogram's in each of its forms."""
        for figure, metric in self.metrics.items():
            for name in metric.names:
                yield name
                if figure in HISTOGRAMS:
                    yield f"{name}_bucket"
                    yield f"{name}_count"
