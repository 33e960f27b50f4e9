"""The detail's panel: why, where the time goes, what is left, and the server's words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.monitor import number_format
from relaytop.monitor.credit_words import amount_words, credit_words, is_low
from relaytop.tui.draw.bars import PHASE_ROLES, PHASES, gauge, stacked_phases
from relaytop.tui.draw.clock import time_of_day
from relaytop.tui.draw.detail_title import title_line
from relaytop.tui.draw.glyphs import ROLE
from relaytop.tui.draw.limits import reset_in_s
from relaytop.tui.draw.origin import clock_lines, origin_warnings, served_lines, stream_lines
from relaytop.tui.draw.reasons import fitting, reasons
from relaytop.tui.draw.text_runs import cropped, fit, fit_middle, line_width, wrapped
from relaytop.tui.draw.users import differs_lines, gauge_lines, percentile_lines
from relaytop.wire.class_meanings import MEANING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaytop.config.settings import Thresholds
    from relaytop.monitor.summary import LastError, Summary
    from relaytop.tui.draw.glyphs import Glyphs
    from relaytop.tui.draw.text_runs import Line, Role
    from relaytop.wire.facts import Limit

NAME_WIDTH = 9
SINCE_WIDTH = len("  for 59m")
"""Cells of the shortest form of since when, in the title."""
MESSAGE_LINES = 3
ROOMY = 12
"""From this height on a message has so many lines."""
PRICE_SOURCES = {
    "reply": " (told by the relay)",
    "config": " (config price)",
    "list": " (list price)",
}
LIMIT_NAMES = {"input_tokens": "tok in", "output_tokens": "tok out"}
"""Kind of a limit → a name that is short enough."""
GAUGE_FROM_WIDTH = 4
"""A shorter gauge says nothing."""


def panel(
    s: Summary,
    errors: Sequence[LastError],
    thresholds: Thresholds,
    now: float,
    width: int,
    height: int,
    glyphs: Glyphs,
    *,
    uncut: bool = False,
) -> list[Line]:
    """Draw the panel in at most `height` lines of `width` cells; errors fill what is left.

    `uncut`: the server's messages are shown in full, however many lines they take.
    """
    failing = s.status in {"down", "degraded"} and (errors or s.errors)
    newest = MESSAGE_LINES if height >= ROOMY else 2
    most = (height, height) if uncut else (newest, 1)
    parts = [_errors(s, errors, width, glyphs, most)] if failing else []
    parts += [
        [*differs_lines(s, width), *percentile_lines(s, thresholds, width)],
        gauge_lines(s, width, glyphs),
        origin_warnings(s, width, glyphs),
        [*_phases(s, width, glyphs), *stream_lines(s, width, glyphs)],
        _limits(s, now, width, glyphs),
        [
            *_tokens(s, glyphs),
            *_credit(s, thresholds, now, width),
            *served_lines(s, width, glyphs),
        ],
        [*clock_lines(s, width), *_skipped(s)],
    ]
    if not failing:
        parts.append(_errors(s, errors, width, glyphs, most))
    lines: list[Line] = []
    for part in parts:
        # Why it fails comes first, and leaves the rest its room.
        first = max(7, height * 2 // 3 if uncut else height // 2)
        share = part[:first] if failing and part is parts[0] else part
        if lines and share and len(lines) + len(share) < height:
            lines.append([("", "text")])
        lines += share
    return [cropped(line, width) for line in lines[:height]]


def title(
    s: Summary,
    thresholds: Thresholds,
    now: float,
    width: int,
    glyphs: Glyphs,
    *,
    ruled: bool = True,
    alert: Line | None = None,
) -> Line:
    """Draw the detail's first line: the target, its status, why, its alert and since when."""
    state: Line = [(f"  {glyphs.status[s.health]} {s.health}", ROLE[s.status])]
    other = line_width([(s.target, "bold"), *state, *(alert or [])]) + SINCE_WIDTH
    why = fitting(reasons(s, thresholds), width - other)
    if why:
        state.append((f"  {why}", ROLE[s.status]))
    return title_line(
        s.target,
        [*state, *(alert or [])],
        None if s.status == "unknown" or s.reason == "budget" else s.since,
        now,
        width,
        glyphs,
        note=", status before the pause" * (s.reason == "before_pause"),
        ruled=ruled,
    )


def _phases(s: Summary, width: int, glyphs: Glyphs) -> list[Line]:
    if not s.phases_ms:
        return []
    usual = {name: ms for name, ms in s.phases_ms.items() if _is_usual(s, name)}
    total = sum(usual.values())
    head: Line = [
        ("latency by phase", "dim"),
        (f"  {number_format.format_ms(total).strip()} ms", "text"),
    ]
    legend: Line = []
    lines = [head, stacked_phases(usual, width, glyphs)]
    for index, name in enumerate(PHASES):
        if name not in s.phases_ms:
            continue
        value = number_format.format_ms(s.phases_ms[name]).strip()
        item: Line = [
            (glyphs.parts[index], PHASE_ROLES[name]),
            (f" {name} ", "dim"),
            (f"{value}", "text"),
            (_share(s, name), "dim"),
            ("  ", "text"),
        ]
        if line_width(legend) + line_width(item) - 2 > width:
            lines.append(legend)
            legend = []
        legend += item
    return [*lines, legend, *_server_timing(s)]


def _is_usual(s: Summary, name: str) -> bool:
    """Return whether a probe has a phase as a rule: one that was kept alive has no connect."""
    return 2 * s.phases_n.get(name, 1) >= s.phases_n.get("total", 1)


def _share(s: Summary, name: str) -> str:
    """Write in how many probes an unusual phase occurred; it is in no sum."""
    if _is_usual(s, name):
        return ""
    return f" in {s.phases_n[name]} of {s.phases_n['total']}"


def _server_timing(s: Summary) -> list[Line]:
    """Draw how the wait divides by the server's own figures."""
    if not s.split_ms:
        return []
    line: Line = [("of the wait ", "dim")]
    for name, value in s.split_ms.items():
        line += [(f" {name} ", "dim"), (number_format.format_ms(value).strip(), "text")]
    return [line]


def _limits(s: Summary, now: float, width: int, glyphs: Glyphs) -> list[Line]:
    lines: list[Line] = []
    state = s.rate_limit
    if s.hold_until is not None and s.hold_until > now:
        wait = number_format.format_age(s.hold_until - now)
        why = f"after {s.hold_reason or 'a failure'}"
        if s.hold_reason == "scarce":
            why = "limit nearly used"
        lines.append([(f"waits {wait}: {why}", "warn")])
    if s.paced:
        lines.append([(f"{number_format.format_count(s.paced)} delayed by max_rpm", "warn")])
    if state is None:
        return lines
    for kind, limit in state.known:
        if limit.remaining is not None:
            name = LIMIT_NAMES.get(kind, kind)
            lines.append(_limit_line(name, limit, s, now, width, glyphs))
    return lines


def _limit_line(
    name: str, limit: Limit, s: Summary, now: float, width: int, glyphs: Glyphs
) -> Line:
    remaining = limit.remaining or 0
    text = number_format.format_limit(remaining, limit.limit)
    reset = reset_in_s(limit, s, now)
    end = f" {text}" + (
        f" {glyphs.reset} {number_format.format_age(reset)}" if reset is not None else ""
    )
    end = end.ljust(16)
    line: Line = [(fit(name, NAME_WIDTH), "dim")]
    room = width - NAME_WIDTH - len(end)
    if limit.limit and room >= GAUGE_FROM_WIDTH:
        line += gauge(remaining, limit.limit, room, glyphs)
    return [*line, (end, "text")]


def _skipped(s: Summary) -> list[Line]:
    """Draw what the figures lack: samples that were not kept, and probes that were not sent."""
    lines: list[Line] = []
    if s.kept_of is not None:
        kept, wanted = map(number_format.format_count, s.kept_of)
        lines.append(
            [
                (fit("window", NAME_WIDTH), "dim"),
                (f"{kept} of {wanted} samples kept: raise history", "warn"),
            ]
        )
    if s.stalled_here:
        text = f"{s.stalled_here} probes: this host or process was suspended"
        lines.append([(fit("ignored", NAME_WIDTH), "dim"), (text, "warn")])
    if not s.skipped:
        return lines
    lines += [
        [
            (fit("skipped", NAME_WIDTH), "dim"),
            (f"{number_format.format_count(s.skipped)} probes: too many in flight", "warn"),
        ]
    ]
    for name in ("p50", "p95", "p99"):
        bounds = s.latency.range_of(name)
        if bounds is not None:
            lines.append(
                [
                    (fit(name.upper(), NAME_WIDTH), "dim"),
                    (number_format.format_range(*bounds, s.timeout_ms), "warn"),
                ]
            )
    return lines


def _tokens(s: Summary, glyphs: Glyphs) -> list[Line]:
    if s.output_tokens is None and s.input_tokens is None:
        return []
    counts = [
        f"{number_format.format_count(count)} {word}"
        for count, word in ((s.input_tokens, "in"), (s.output_tokens, "out"))
        if count is not None
    ]
    lines: list[Line] = [[(fit("used", NAME_WIDTH), "dim"), (" · ".join(counts), "text")]]
    if s.cost_usd is not None:
        bound = "" if s.cost_complete else glyphs.over
        cost = f"{bound}${number_format.format_usd(s.cost_usd)}"
        source = PRICE_SOURCES.get(s.price_source or "", "")
        lines.append([(fit("cost", NAME_WIDTH), "dim"), (cost, "text"), (source, "dim")])
        if s.total.counts_more:
            counted = f"${number_format.format_usd(s.total.counted_usd)}"
            lines.append([(fit("", NAME_WIDTH), "dim"), (f"the budget counts {counted}", "warn")])
    elif s.requests:
        unknown = "unknown: no price set"
        lines.append([(fit("cost", NAME_WIDTH), "dim"), (unknown, "dim")])
    return lines


def _credit(s: Summary, thresholds: Thresholds, now: float, width: int) -> list[Line]:
    """Draw what is left at the provider, where it tells that."""
    words = credit_words(s.credit, now) if s.credit is not None else ()
    if s.credit is None or not words:
        return []
    text = next((text for text in words if len(text) <= width - NAME_WIDTH), words[-1])
    role: Role = "bad" if is_low(s.credit, thresholds.credit) else "text"
    line: Line = [(fit("credit", NAME_WIDTH), "dim"), (text, role)]
    if s.credit.limit is not None:
        limit = f"; limit {amount_words(s.credit.limit, s.credit.unit)}"
        # Of an amount that is cut the rest would be another one.
        line += [(limit, "dim")] * (line_width(line) + len(limit) <= width)
    return [line]


def _errors(
    s: Summary, errors: Sequence[LastError], width: int, glyphs: Glyphs, most: tuple[int, int]
) -> list[Line]:
    """List the failures by kind.

    `most`: so many lines of the server's words the newest may have, and each before it, for those
    often say the same.
    """
    if not errors and not s.errors:
        return [[("no errors seen", "dim")]] if s.requests else []
    ranked = sorted(s.errors.items(), key=lambda item: -item[1])
    counts = f" {glyphs.dot} ".join(f"{name} {count}" for name, count in ranked)
    lines: list[Line] = [[("errors  ", "dim"), (counts or "none in the window", "bad")]]
    newest = errors[0].error_class if errors else ranked[0][0]
    lines.append([(MEANING.get(newest, ""), "warn")])
    for number, (error, count) in enumerate(_alike(errors)):
        times = f" {count} times" if count > 1 else ""
        lines.append(
            [(f"{time_of_day(error.at)} ", "dim"), (error.error_class, "bad"), (times, "dim")]
        )
        message = wrapped(error.message, width - 2, most[number > 0])
        lines += [[("  ", "text"), (words, "text")] for words in message]
        if error.request_id:
            lines.append([("  id ", "dim"), (fit_middle(error.request_id, width - 5), "dim")])
    return lines


def _alike(errors: Sequence[LastError]) -> list[tuple[LastError, int]]:
    """Return the newest of each kind of error with how often it is among them, newest first."""
    found: dict[tuple[str, str], tuple[LastError, int]] = {}
    for error in errors:
        key = (error.error_class, error.message)
        newest, count = found.get(key, (error, 0))
        found[key] = (newest, count + 1)
    return list(found.values())
