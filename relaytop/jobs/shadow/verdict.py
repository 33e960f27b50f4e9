"""A comparison in words that claim no more than its figures show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.jobs.shadow.swaps import TAIL_NEEDS
from relaytop.monitor.figures import format_ms

if TYPE_CHECKING:
    from collections.abc import Callable

    from relaytop.jobs.shadow.compare import Comparison, Figure


def verdict(comparison: Comparison, a: str, b: str) -> str:
    """Return the verdict, one clause for each figure that is shown.

    Args:
        comparison: What was found.
        a: The name of one side.
        b: The name of the other.
    """
    figures = comparison.figures
    clauses = [
        clause
        for name, words in _CLAUSES.items()
        if name in figures and figures[name].shown and (clause := words(comparison, a, b))
    ]
    if not comparison.rounds:
        return "nothing to compare: no request was finished by both"
    if "typical" not in figures:
        clauses.append("no request was answered by both, so no times are compared")
    elif not clauses:
        n = comparison.rounds
        few = ", too few to judge the tail" if figures["typical"].n < TAIL_NEEDS else ""
        clauses.append(f"no difference shown with {n} request{'' if n == 1 else 's'} a side{few}")
    return "; ".join(clauses)


def _less(figure: Figure, a: str, b: str) -> str:
    """Return the side that has less."""
    return b if figure.difference < 0 else a


def _span(figure: Figure, write: Callable[[float], str]) -> str:
    """Write how much it is, from least to most."""
    low, high = sorted((abs(figure.low or 0.0), abs(figure.high or 0.0)))
    left, right = write(low), write(high)
    return left if left == right else f"{left}–{right}"


def _better_at(comparison: Comparison, name: str, plain: str) -> Figure | None:
    """Return a plain figure where its own interval says the same as the one that is shown."""
    figure, other = comparison.figures[name], comparison.figures.get(plain)
    if other is None or other.low is None or other.high is None:
        return None
    agrees = other.low * other.high > 0 and other.difference * figure.difference > 0
    return other if agrees else None


def _success(comparison: Comparison, a: str, b: str) -> str:
    figure = comparison.figures["success_rate"]
    more = b if figure.difference > 0 else a
    span = _span(figure, lambda share: f"{share * 100:.1f}")
    return f"{more} answers more often by {span} points"


def _typical(comparison: Comparison, a: str, b: str) -> str:
    plain = _better_at(comparison, "typical", "p50")
    figure = plain or comparison.figures["typical"]
    where = "at P50" if plain else "in a typical reply"
    return f"{_less(figure, a, b)} is faster {where} by {_span(figure, format_ms)} ms"


def _tail(comparison: Comparison, a: str, b: str) -> str:
    plain = _better_at(comparison, "tail", "p95")
    figure = plain or comparison.figures["tail"]
    where = "at P95" if plain else "in the slowest tenth"
    return f"{_less(figure, a, b)} is faster {where} by {_span(figure, format_ms)} ms"


def _spread(comparison: Comparison, a: str, b: str) -> str:
    if comparison.figures["tail"].shown:
        return ""
    figure = comparison.figures["spread"]
    wide = b if figure.difference > 0 else a
    high, low = max(figure.a, figure.b), min(figure.a, figure.b)
    return (
        f"{wide} varies more: its slowest fifth takes {high:.2f} times its typical reply, "
        f"against {low:.2f}"
    )


def _ttft(comparison: Comparison, a: str, b: str) -> str:
    figure = comparison.figures["ttft"]
    return f"{_less(figure, a, b)} sends its first token sooner by {_span(figure, format_ms)} ms"


def _cost(comparison: Comparison, a: str, b: str) -> str:
    figure = comparison.figures["cost"]
    span = _span(figure, lambda usd: f"{usd * 1000:.4g}")
    return f"{_less(figure, a, b)} costs less by ${span} per 1,000 requests"


def _length(comparison: Comparison, a: str, b: str) -> str:
    figure = comparison.figures["length"]
    span = _span(figure, lambda characters: f"{characters:.1f}")
    return f"{_less(figure, a, b)} writes shorter replies by {span} characters"


_CLAUSES = {
    "success_rate": _success,
    "typical": _typical,
    "tail": _tail,
    "spread": _spread,
    "ttft": _ttft,
    "cost": _cost,
    "length": _length,
}
