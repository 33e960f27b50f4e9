"""The line that appears only when all of it is in trouble."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.monitor import number_format
from relaytop.tui.draw.clock import time_of_day
from relaytop.tui.draw.table import OLD_S
from relaytop.tui.draw.text_runs import cropped, line_width
from relaytop.watch.engine_exit import exit_phrase

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaytop.monitor.source import Overview, PrometheusState
    from relaytop.monitor.where import Verdict
    from relaytop.protocol.messages import Budget
    from relaytop.tui.draw.text_runs import Line, Role


def banner(
    overview: Overview, dead: str | None, silent_s: float | None, now: float, width: int
) -> Line | None:
    """Draw what stops everything, the most of it that `width` cells hold; None: nothing does.

    Args:
        overview: All targets together.
        dead: Why the engine has died; None while it runs.
        silent_s: Seconds since its last report, where that is too long; None: it reports.
        now: Unix seconds.
        width: The cells there are.
    """
    role: Role = "bad2"
    texts: tuple[str, ...]
    if dead is not None:
        end = "probing stopped; press r to restart"
        died = f"engine {exit_phrase(dead)}"
        texts = (f"{died}: {end}", f"{died.partition(' (')[0]}; {end}")
    elif silent_s is not None:
        since = f"no report from the engine for {number_format.format_age(silent_s)}"
        texts = (
            f"{since}: stopped or starved of CPU. All figures are stale; press r to restart",
            f"{since}: all figures are stale; press r to restart",
            since,
        )
    elif (unanswered := _unanswered(overview.prometheus, now)) is not None:
        texts = unanswered
    elif overview.where:
        texts = _where(overview.where)
    elif (common := overview.common_error) is not None:
        end = f"({common}): likely this host"
        texts = (
            f"every provider fails the same way ({common}): likely this host or its network",
            f"all providers fail {end} or its network",
            f"all fail {end}",
        )
    elif overview.budget is not None and overview.budget.state == "reached":
        role, texts = "warn2", _reached(overview.budget)
    else:
        return None
    lines: list[Line] = [[(f" {text} ", role)] for text in texts]
    fitting = (line for line in lines if line_width(line) <= width)
    return next(fitting, None) or cropped(lines[-1], width)


def _where(verdicts: Sequence[Verdict]) -> tuple[str, ...]:
    """Return where the cause of most failures is, and how many more there are."""
    first, more = verdicts[0], len(verdicts) - 1
    rest = f"  +{more}" if more else ""
    return f"{first.text}{rest}", f"{first.short}{rest}", first.what


def _unanswered(prometheus: PrometheusState | None, now: float) -> tuple[str, ...] | None:
    """Return that Prometheus does not answer, and why, where its last answer is old."""
    if prometheus is None or prometheus.problem is None:
        return None
    at = prometheus.answered_at
    if at is None:
        return f"Prometheus does not answer: {prometheus.problem}", "Prometheus does not answer"
    if now - at < OLD_S:
        return None
    of = f"figures are of {time_of_day(at)}"
    return (
        f"Prometheus does not answer: {prometheus.problem}; all {of}",
        f"Prometheus: {prometheus.problem}; {of}",
        f"no Prometheus: all {of}",
    )


def _reached(budget: Budget) -> tuple[str, ...]:
    of = f"${number_format.format_dollars(budget.budget_usd)}"
    spent = f"${number_format.format_dollars(budget.spent_usd)}"
    return (
        f"budget reached: {spent} of {of} spent today. Paid probes stopped; press $ to raise it",
        f"budget of {of} reached: paid probes stopped; press $ to raise it",
        "budget reached: paid probes stopped; press $ to raise it",
    )
