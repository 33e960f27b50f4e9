"""The table: one line per target, every figure at its fixed place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len

from relaytop.monitor import number_format
from relaytop.monitor.why import UNREACHABLE, why
from relaytop.tui.draw.alert_marks import NO_MARK
from relaytop.tui.draw.bars import remaining_role
from relaytop.tui.draw.glyphs import ROLE
from relaytop.tui.draw.limits import tightest, tightest_reset_s
from relaytop.tui.draw.sparkline import sparkline
from relaytop.tui.draw.text_runs import fit, merged

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from relaytop.config.settings import Thresholds
    from relaytop.monitor.source import Bin
    from relaytop.monitor.summary import Distribution, Summary
    from relaytop.tui.draw.columns import Column
    from relaytop.tui.draw.glyphs import Glyphs
    from relaytop.tui.draw.text_runs import Line, Role, Run

ENOUGH = {"p50": 1, "p95": 20, "p99": 100}
"""Samples that a percentile needs; with fewer it is dimmed."""
NOT_NOW = ("budget", UNREACHABLE)
"""Reasons for which a target's figures are of the past."""
NOT_OF_REPLIES = ("users", "error")
"""Columns whose figures are of now where a target is down."""
MAX_OK = 99
HANG_AFTER_S = 2.0
OLD_S = 60.0
"""Seconds from which on an answer of Prometheus is too old."""
NAME_ROLE: Mapping[str, Role] = {
    "up": "text",
    "degraded": "warn",
    "down": "bad",
    "paused": "dim",
    "unknown": "text",
}
"""Status → the role of the target's name."""


def hidden_rows(above: int, below: int, width: int, glyphs: Glyphs) -> str:
    """Return in at most `width` cells how many rows are out of sight; empty where none is."""
    up, down = glyphs.more
    parts = [f"{up}{above}"] * (above > 0) + [f"{down}{below}"] * (below > 0)
    text = " ".join(parts)
    longer = (f"target  {text} more", f"target {text}", text)
    return next((each for each in longer if len(each) <= width), text) if parts else ""


def header(
    columns: Sequence[Column],
    span: str,
    hidden: str = "",
    order: tuple[str | None, str] | None = None,
) -> Line:
    """Draw the header; the sparkline's title tells its span, the target's what is hidden.

    `order`: the column that the rows are ordered by (None: as configured) and the sign for it.
    """
    line: Line = [(" ", "dim")]
    for column in columns:
        title = hidden or column.title if column.key == "target" else column.title
        if column.key == "spark":
            longer = (f"{title}, last {span}", f"{title}, {span}", title)
            title = next(text for text in longer if len(text) <= column.width or text == title)
        if order is not None and column.key == (order[0] or "target"):
            title = _ordered(title, order[1], column.width - column.gap)
        cell = column.fit(title)
        line.append((cell + " ", "dim"))
    return merged(line)


def _ordered(title: str, sign: str, width: int) -> str:
    """Put the sign of the order before a title, and leave words of it out where it is too long."""
    words = title.split()
    while len(words) > 1 and len(sign) + len(" ".join(words)) > width:
        words.pop()
    return (sign + " ".join(words))[:width]


def row(
    summary: Summary,
    columns: Sequence[Column],
    bins: Sequence[Bin | None],
    thresholds: Thresholds,
    now: float,
    glyphs: Glyphs,
    *,
    selected: bool,
    short_name: Callable[[int], str],
    mark: Run = NO_MARK,
    versus: Run = ("", "dim"),
) -> Line:
    """Draw one target's line.

    `short_name`: its name in at most so many cells; `mark`: of its alert; `versus`: what changed
    since a reference.
    """
    line: Line = [(glyphs.cursor if selected else " ", "accent")]
    for column in columns:
        if column.key == "spark":
            line += sparkline(bins, thresholds.p95_ms, glyphs)
        elif column.key == "target":
            line += _name(summary, short_name, column.width, glyphs)
        elif column.key == "versus":
            line.append((column.fit(versus[0]), versus[1]))
        else:
            text, role = cell(column.key, summary, thresholds, now, glyphs)
            line.append((column.fit(text), role))
        line.append(mark if column.key == "status" else (" ", "text"))
    return merged(line)


def _name(summary: Summary, short_name: Callable[[int], str], width: int, glyphs: Glyphs) -> Line:
    """Draw a target's name, and behind it where its replies came from, and what was skipped."""
    marks = glyphs.cached * (summary.cached > 0)
    marks += glyphs.different * (summary.served_match == "different")
    if summary.skipped:
        marks += f"{glyphs.skipped}{number_format.format_count(summary.skipped)}"
    role = NAME_ROLE[summary.status]
    if not marks:
        return [(fit(short_name(width), width), role)]
    name = short_name(max(1, width - len(marks) - 1))
    return [(name, role), (f" {marks}".ljust(width - cell_len(name)), "warn")]


def cell(key: str, s: Summary, thresholds: Thresholds, now: float, glyphs: Glyphs) -> Run:
    """Write one figure of a target, by the key of its column."""
    match key:
        case "status":
            return (glyphs.status[s.health], ROLE[s.status])
        case "p50" | "p95" | "p99" | "ttft" | "users":
            return _of_the_past(key, s, _latency(key, s, thresholds))
        case "tok_s":
            return _of_the_past(key, s, (number_format.format_rate(s.tok_s_p50), "text"))
        case "error":
            return _of_the_past(key, s, error_rate(s.error_rate, thresholds))
        case "why":
            return (why(s) or "", ROLE[s.status])
        case "age":
            return age(s, now, glyphs)
        case "since":
            return _since(s, now)
        case "limit":
            return _limit(s, now)
        case "reset":
            left = None if _on_hold(s, now) else tightest_reset_s(s, now)
            return ("" if left is None else number_format.format_age(left), "dim")
        case _:
            return _cost(s, glyphs)


def _of_the_past(key: str, s: Summary, run: Run) -> Run:
    """Dim a figure of a target that is down, or not probed: it is of replies before that."""
    past = s.reason in NOT_NOW or (s.status == "down" and key not in NOT_OF_REPLIES)
    return (run[0], "dim") if past else run


def _users(s: Summary, thresholds: Thresholds) -> Run:
    """Write the users' P95: a warning also where it differs from the probes'."""
    if s.traffic is None:
        return ("", "dim")
    text, role = percentile(s.traffic.latency, "p95", thresholds.p95_ms, s.timeout_ms)
    return (text, "warn" if s.traffic.differs and role == "text" else role)


def _latency(name: str, s: Summary, thresholds: Thresholds) -> Run:
    """Write a percentile of the latency; why there is none where a cache alone answers."""
    if name == "users":
        return _users(s, thresholds)
    if name == "ttft":
        return percentile(s.ttft, "p50", thresholds.ttft_ms, s.timeout_ms)
    if name == "p50" and s.cached and not s.requests:
        return ("cached", "warn")
    return percentile(s.latency, name, thresholds.p95_ms, s.timeout_ms)


def percentile(figure: Distribution, name: str, threshold_ms: float, timeout_ms: float) -> Run:
    """Write one percentile: dim where too few samples carry it, `>30s` where it was cut off.

    Where skipped probes could move it, the most that it may be, behind `…`; behind `≈` where it
    comes from a histogram, or `>82s` where that has no bucket for it.
    """
    if name in figure.censored:
        return (number_format.format_censored(timeout_ms), "bad")
    bucket = figure.bucket_of(name)
    if bucket is not None and bucket[1] is None:
        return (number_format.format_censored(bucket[0]), "bad")
    if (bounds := figure.range_of(name)) is not None:
        most_ms = bounds[1]
        if most_ms is None:
            return (f"…{number_format.format_censored(timeout_ms)}", "bad")
        role: Role = "warn" if most_ms > threshold_ms else "text"
        return (f"…{number_format.format_ms(most_ms)}", role)
    value: float | None = getattr(figure, name)
    if value is None:
        return ("", "dim")
    text = number_format.format_ms(value)
    if figure.approximate:
        text = f"≈{text}"
    if figure.n < ENOUGH[name]:
        return (text, "dim")
    return (text, "warn" if value > threshold_ms and name != "p99" else "text")


def error_rate(share: float | None, thresholds: Thresholds) -> Run:
    """Write an error rate of 0 to 1; blank where it is unknown."""
    if share is None:
        return ("", "dim")
    role: Role = "bad" if share > thresholds.error_rate else "warn" if share > 0 else "dim"
    return (number_format.format_percent(share), role)


def age(s: Summary, now: float, glyphs: Glyphs) -> Run:
    """Write how old the last result is, or for how long a probe has been hanging."""
    if s.reason == "user":
        return ("", "dim")
    if s.running_since is not None:
        hanging_s = now - s.running_since
        usual_s = (s.latency.p95 or 0.0) / 1000
        if hanging_s > max(HANG_AFTER_S, 2 * usual_s):
            role: Role = "bad" if hanging_s * 1000 > s.timeout_ms / 2 else "warn"
            return (f"{glyphs.hang}{number_format.format_age(hanging_s)}", role)
    if s.last_at is None:
        return ("", "dim")
    old_s = now - s.last_at
    usual_s = 3 * s.interval_s + (s.latency.p95 or 0.0) / 1000
    if s.latency.approximate:  # it comes with Prometheus' answers, not with each probe
        usual_s = max(usual_s, OLD_S)
    late = old_s > usual_s and not _on_hold(s, now)
    late = late and s.status != "paused"
    return (number_format.format_age(old_s), "warn" if late else "dim")


def _since(s: Summary, now: float) -> Run:
    """Write how long it has its status, or how many probes were good since the last bad one."""
    if s.status == "unknown":
        return ("", "dim")
    if s.recovering_ok is not None:
        return (f"{min(s.recovering_ok, MAX_OK)} ok", "good")
    return (number_format.format_age(now - s.since), "dim")


def _on_hold(s: Summary, now: float) -> bool:
    return s.hold_until is not None and s.hold_until > now


def _limit(s: Summary, now: float) -> Run:
    if _on_hold(s, now):
        return (f"waits {number_format.format_age((s.hold_until or now) - now)}", "warn")
    found = tightest(s)
    if found is None or found.remaining is None:
        return ("", "dim")
    text = number_format.format_limit(found.remaining, found.limit)
    return (text, remaining_role(found.remaining, found.limit, plenty="dim"))


def _cost(s: Summary, glyphs: Glyphs) -> Run:
    cost = s.total.cost_usd
    if cost is None:
        return ("", "dim")
    bound = "" if s.total.cost_complete else glyphs.over
    return (f"{bound}{number_format.format_usd(cost)}", "dim")
