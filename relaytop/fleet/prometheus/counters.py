"""Increases of counters, counted and not guessed."""

from __future__ import annotations

LOOK_BACK_S = 3600
"""A counter that was not there for so long is a young one."""


def counted(series: str, span_s: float) -> str:
    """Return what a counter counted over a span: exactly, and not as `increase` guesses.

    `increase` extrapolates to the span's ends, and overlooks what a new counter begins with. It is
    taken where a counter was reset, or was not scraped when the span began.

    Args:
        series: A selector.
        span_s: Seconds.
    """
    span = round(span_s)
    exact = f"{difference(series, span_s)} unless resets({series}[{span}s]) > 0"
    young = f"({series} unless last_over_time({series}[{LOOK_BACK_S}s] offset {span}s))"
    return f"(({exact}) or {young} or increase({series}[{span}s]))"


def difference(series: str, span_s: float) -> str:
    """Return by how much a counter rose over a span; nothing where it was reset or is young."""
    return f"({series} - {series} offset {round(span_s)}s >= 0)"
