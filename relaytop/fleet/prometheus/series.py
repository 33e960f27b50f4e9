"""The answers of a Prometheus, checked: labelled values, points in time, native histograms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class NativeBucket:
    """One bucket of a native histogram."""

    low: float
    high: float
    count: float


@dataclass(frozen=True, slots=True)
class NativeHistogram:
    """A native histogram as the query API gives it."""

    count: float
    sum: float
    buckets: Sequence[NativeBucket]


@dataclass(frozen=True, slots=True)
class Value:
    """One element of an instant vector."""

    labels: Mapping[str, str]
    """Cleaned; `__name__` is one of them where the query keeps it."""
    value: float | NativeHistogram
    at: float
    """Unix seconds."""


@dataclass(frozen=True, slots=True)
class Range:
    """One element of a matrix."""

    labels: Mapping[str, str]
    points: Sequence[tuple[float, float]]
    """(Unix seconds, value), oldest first; gaps are absent."""
