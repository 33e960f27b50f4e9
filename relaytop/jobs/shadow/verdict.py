"""Verdict of a comparison, in words that claim no more than its figures show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.jobs.shadow.figure_names import LABELS
from relaytop.jobs.shadow.figures import UNTESTED
from relaytop.jobs.shadow.tail_test import TAIL_MIN_ROUNDS
from relaytop.monitor.number_format import format_ms

if TYPE_CHECKING:
    from collections.abc import Callable

    from relaytop.jobs.shadow.compare import Comparison
    from relaytop.jobs.shadow.figure import Figure

_TOGETHER = {
    "success": "failed or succeeded together",
    "latency": "were slow or fast together",
    "cost": "were cheap or dear together",
    "length": "had short or long replies together",
}
"""Subject of a verdict → what neighbouring requests did, where they depend on one another."""


def verdict(comparison: Comparison, a: str, b: str) -> str:
    """Return the verdict, one clause for each figure that is shown.

    Args:
        comparison: What was found.
        a: The name of one side.
        b: The name of the other.
    """
    figures = comparison.figures
    if not comparison.rounds:
        return "nothing to compare: no request was completed by both"
    clauses = [
        clause(figures[name], a, b)
        for name, clause in _CLAUSES.items()
        if name in figures and figures[name].shown
    ]
    unjudged = _no_verdict(comparison)
    if not comparison.latency_judged:
        clauses.insert(0, "no verdict on latency: too many replies were cached")
    elif "typical" not in figures:
        clauses.append("no request succeeded at both, so latencies are not compared")
    elif not clauses and not unjudged:
        clauses.append(_no_difference(comparison))
    elif not clauses and any(comparison.judged(subject) for subject in _TOGETHER):
        unjudged.append(f"no other difference shown with {comparison.rounds} requests a side")
    return "; ".join(clauses + unjudged)


def _no_verdict(comparison: Comparison) -> list[str]:
    """Return what there is no verdict on, and why: too few rounds, or too few independent ones."""
    lost = {s: comparison.blocks[s] for s in _TOGETHER if comparison.lost(s)}
    alike = {subject: each for subject, each in lost.items() if each.block_rounds > 1}
    few = {subject: each for subject, each in lost.items() if each.block_rounds == 1}
    clauses = [
        f"no verdict on {subject}: too few independent rounds: about {each.block_rounds} requests "
        f"at a time {_TOGETHER[subject]}; take about {each.rounds_needed}"
        for subject, each in alike.items()
    ]
    if few:
        most = max(few.values(), key=lambda each: each.rounds)
        all_of_it = most.rounds == comparison.rounds and not alike
        on = "a verdict" if all_of_it else f"a verdict on {', '.join(few)}"
        side = "a side" if all_of_it else "usable for both sides"
        clauses.append(f"too few requests for {on}: {most.rounds} {side}, {most.needed} needed")
    return clauses


def _no_difference(comparison: Comparison) -> str:
    """Return the words for no difference, and an explanation of intervals that look like one."""
    n = comparison.rounds
    text = f"no difference shown with {n} request{'' if n == 1 else 's'} a side"
    if comparison.figures["typical"].n < TAIL_MIN_ROUNDS:
        text += ", too few to judge the tail"
    labels = [
        LABELS[name]
        for name, figure in comparison.figures.items()
        if figure.excludes_zero and name not in UNTESTED
    ]
    if labels:
        text += f": that the interval of {', '.join(labels)} excludes 0 may be chance"
    return text


def _less(figure: Figure, a: str, b: str) -> str:
    """Return the side that has less."""
    return b if figure.difference < 0 else a


def _interval(figure: Figure, write: Callable[[float], str]) -> str:
    """Write how much it is, from least to most."""
    low, high = sorted((abs(figure.low or 0.0), abs(figure.high or 0.0)))
    left, right = write(low), write(high)
    return left if left == right else f"{left}–{right}"


def _success(figure: Figure, a: str, b: str) -> str:
    more = b if figure.difference > 0 else a
    span = _interval(figure, lambda share: f"{share * 100:.1f}")
    return f"{more} succeeds more often by {span} percentage points"


def _faster(where: str) -> Callable[[Figure, str, str], str]:
    return lambda figure, a, b: (
        f"{_less(figure, a, b)} is faster {where} by {_interval(figure, format_ms)} ms"
    )


def _spread(figure: Figure, a: str, b: str) -> str:
    wide = b if figure.difference > 0 else a
    high, low = max(figure.a, figure.b), min(figure.a, figure.b)
    return (
        f"{wide} varies more: its slowest fifth takes {high:.2f} × its typical latency, "
        f"compared with {low:.2f} ×"
    )


def _ttft(figure: Figure, a: str, b: str) -> str:
    return (
        f"{_less(figure, a, b)} sends its first token sooner by {_interval(figure, format_ms)} ms"
    )


def _cost(figure: Figure, a: str, b: str) -> str:
    span = _interval(figure, lambda usd: f"{usd * 1000:.4g}")
    return f"{_less(figure, a, b)} costs less by ${span} per 1,000 requests"


def _length(figure: Figure, a: str, b: str) -> str:
    span = _interval(figure, lambda characters: f"{characters:.1f}")
    return f"{_less(figure, a, b)} writes shorter replies by {span} characters"


_CLAUSES = {
    "success_rate": _success,
    "p50": _faster("at P50"),
    "typical": _faster("in a typical reply"),
    "p95": _faster("at P95"),
    "tail": _faster("in the slowest tenth"),
    "far_tail": _faster("in the slowest twentieth"),
    "last_tail": _faster("in the slowest fortieth"),
    "p99": _faster("in the slowest replies (P99)"),
    "spread": _spread,
    "ttft": _ttft,
    "cost": _cost,
    "length": _length,
}
