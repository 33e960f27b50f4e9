"""The top line: targets by status, probes a second, cost, window and time of day."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from relaytop.config.durations import format_window
from relaytop.monitor import number_format
from relaytop.tui.draw.alert_marks import alert_parts
from relaytop.tui.draw.clock import local_time, time_of_day
from relaytop.tui.draw.cost import cost_parts
from relaytop.tui.draw.fleet_parts import NO_PLACES, Places, answer_parts, place_parts
from relaytop.tui.draw.glyphs import ROLE, STATUSES, Glyphs
from relaytop.tui.draw.priority_line import Part, join_parts, select_parts
from relaytop.tui.draw.text_runs import Line, Role, line_width

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaytop.alerts.alert import Alert
    from relaytop.monitor.source import Overview


@dataclass(frozen=True, slots=True)
class Badges:
    """States of the whole picture that have a badge."""

    replay: str | None = None
    """That a recording is played, and how fast, or that a moment of the past is shown."""
    agent: bool = False
    """Whether an agent probes, and is only read."""
    frozen: bool = False
    paused: bool = False
    slow_link: bool = False
    """Whether the terminal is sent little."""
    link_bytes_s: float | None = None
    """Bytes per second to the terminal, where they are to be shown."""
    also_probed_by: Sequence[int] = ()
    """The ids of other processes that probe the same."""
    filtered: str | None = None
    """The filter that hides rows, and how many it leaves."""
    alerts: Sequence[Alert] = ()
    """Those that fire."""
    places: Places = NO_PLACES
    """The places of a fleet."""

    @property
    def texts(self) -> list[str]:
        """The badges to show."""
        named = {"AGENT": self.agent, "FROZEN": self.frozen, "PAUSED": self.paused}
        named["SLOW LINK"] = self.slow_link
        texts = [self.replay, *(name for name, on in named.items() if on), self.filtered]
        return [text for text in texts if text]


def topline(
    overview: Overview, now: float, width: int, glyphs: Glyphs, badges: Badges, *, live: bool
) -> Line:
    """Draw the top line in `width` cells; what matters least is left out where it is narrow.

    Parts go one at a time. What decides is how wide a part may become, not how wide it is at the
    moment, so that none comes and goes with a digit.
    """
    alerts = alert_parts(badges.alerts)
    left = [
        *alerts,
        *_counts(overview, glyphs, live=live, gap=2 if alerts else 0),
        *(Part([(f" {text} ", "warn2")], 0, len(text) + 2, 2) for text in badges.texts),
        *place_parts(badges.places),
        *([] if badges.replay else answer_parts(overview.prometheus, now)),
        *_peers(badges.also_probed_by),
        *_link(badges.link_bytes_s),
        *_busy(overview),
        *_rates(overview),
        *cost_parts(overview, glyphs),
    ]
    right = _clock(now, overview, dated=badges.replay is not None)
    selected = select_parts([*left, *right], width - 3)
    head = join_parts([part for part in left if part in selected])
    end = join_parts([part for part in right if part in selected])
    gap = max(1, width - line_width(head) - line_width(end) - 2)
    return [(" ", "text"), *head, (" " * gap, "text"), *end, (" ", "text")]


def _counts(overview: Overview, glyphs: Glyphs, *, live: bool, gap: int) -> Sequence[Part]:
    """Return relaytop's name, and how many targets have which status, or had when it was known.

    `gap`: the blanks before it.
    """
    digits = len(str(sum(overview.counts.values())))
    short: Line = []
    long: Line = []
    reserve = more = 0
    for status in STATUSES:
        count = overview.counts.get(status, 0)
        if not count and status in {"paused", "unknown"}:
            continue
        role = ROLE[status] if count and live else "dim"
        blank = " " if short else ""
        short.append((f"{blank}{glyphs.status[status]}{count}", role))
        long.append((f"{blank and '  '}{glyphs.status[status]} {count} {status}", role))
        reserve += len(blank) + 1 + digits
        more += len(blank) + 2 + len(status)
    return [
        Part([("relaytop", "title")], 18, 8, gap),
        Part(short, 0, reserve, 2, longer=long, longer_rank=16, longer_by=more),
    ]


def _peers(pids: Sequence[int]) -> Sequence[Part]:
    """Return that other processes probe the same, at the same cost."""
    if not pids:
        return []
    who = f"pid {pids[0]}" if len(pids) == 1 else f"{len(pids)} others"
    short, long = f" ALSO {who.upper()} ", f" also probed by {who} "
    more = len(long) - len(short)
    return [Part([(short, "warn2")], 1, len(short), 2, [(long, "warn2")], 3, more)]


def _link(bytes_s: float | None) -> Sequence[Part]:
    """Return what goes to the terminal."""
    if bytes_s is None:
        return []
    return [Part([(f"{number_format.format_count(round(bytes_s))} B/s", "accent")], 1, 9)]


def _busy(overview: Overview) -> Sequence[Part]:
    """Return that this machine is busy, and how late its reads are."""
    if overview.busy_ms is None:
        return []
    short = " BUSY HOST "
    late = f"{number_format.format_ms(overview.busy_ms).strip()} ms late"
    longer: Line = [(f"{short}{late} ", "warn2")]
    return [Part([(short, "warn2")], 1, len(short), 2, longer, 3, len("12,345 ms late "))]


def _rates(overview: Overview) -> Sequence[Part]:
    """Return what the engines do; Prometheus knows of nothing in flight."""
    probes = f"{overview.probes_s:.1f}/s".rjust(6)
    in_flight = f"{overview.in_flight:>2} in flight"
    skipped = f"{number_format.format_count(overview.skipped)} skipped"
    parts = [Part([(probes, "text")], 2, 6, 2)]
    if overview.prometheus is None or overview.in_flight:
        parts.append(Part([(in_flight, "dim")], 13, 12))
    if overview.prometheus is None or overview.skipped:
        role: Role = "warn" if overview.skipped else "dim"
        parts.append(Part([(skipped, role)], 4 if overview.skipped else 19, len(skipped)))
    if overview.paced:
        paced = f"{number_format.format_count(overview.paced)} paced"
        parts.append(Part([(paced, "dim")], 11, 11))
    if overview.dropped:
        dropped = f"{number_format.format_count(overview.dropped)} dropped"
        parts.append(Part([(dropped, "warn")], 5, len(dropped)))
    return parts


def _clock(now: float, overview: Overview, *, dated: bool) -> Sequence[Part]:
    local = local_time(now)
    window = format_window(overview.window)
    zone = local.tm_zone or "UTC"
    parts = [
        Part([("window", "dim")], 15, 6, 0),
        Part([(window, "dim")], 6, len(window)),
        Part([(time_of_day(now), "bold")], 0, 8, 2),
        Part([(zone, "dim")], 7, len(zone)),
    ]
    if dated:
        parts.insert(2, Part([(time.strftime("%Y-%m-%d", local), "bold")], 6, 10, 2))
    return parts
