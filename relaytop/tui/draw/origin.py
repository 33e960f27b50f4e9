"""The detail's lines on where replies came from and how they were read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.monitor import number_format
from relaytop.tui.draw.text_runs import wrapped

if TYPE_CHECKING:
    from relaytop.monitor.summary import Summary
    from relaytop.tui.draw.glyphs import Glyphs
    from relaytop.tui.draw.text_runs import Line, Role

LINES = 3
"""The most that one fact takes."""
BOUNDS_SHARE = 0.1
"""Share of TTFTs that are upper bounds beyond which their median is one too."""
LATE_MS = 1.0
"""Reads that are less late say nothing to a person."""


def origin_warnings(s: Summary, width: int, glyphs: Glyphs) -> list[Line]:
    """Draw that a cache answers, and that another model serves than was asked for."""
    lines: list[Line] = []
    if s.cached:
        sign = f" ({s.cache_sign})" if s.cache_sign else ""
        count, total = map(number_format.format_count, (s.cached, s.cached + s.ok))
        text = f"{count} of {total} replies cached{sign}: not measured"
        lines += _wrapped(f"{glyphs.cached} {text}", width, "warn")
    if s.served_match == "different":
        others = ", ".join(f"{name} ({count})" for name, count in s.served.items())
        text = f"asked for {s.model}, served by {others or s.served_last.model}"
        lines += _wrapped(f"{glyphs.different} {text}", width, "warn")
    return lines


def stream_lines(s: Summary, width: int, glyphs: Glyphs) -> list[Line]:
    """Draw what the relay did on its own behind the latency, the TTFT and the gaps of streams."""
    lines: list[Line] = []
    rerouted = [
        f"{verb} {number_format.format_count(count)}"
        for verb, count in (("retried", s.relay_retries), ("fell back on", s.relay_fallbacks))
        if count
    ]
    if rerouted:
        text = f"the relay {' and '.join(rerouted)} of {number_format.format_count(s.ok)}"
        lines += _wrapped(f"{text}: P50 {_ms(s.relay_rerouted_p50_ms)} ms", width, "warn")
    if s.ttft.p50 is not None and s.ttft_bounds > BOUNDS_SHARE * s.ttft.n:
        bounds = f"{s.ttft_bounds} of {s.ttft.n} read late"
        lines += _wrapped(f"TTFT {glyphs.under} {_ms(s.ttft.p50)} ms: {bounds}", width, "text")
    if s.gap.n:
        lines.append(
            [
                ("gaps", "dim"),
                (f" {_ms(s.gap.p50)} ms", "text"),
                (", longest", "dim"),
                (f" {_ms(s.gap.max)} ms", "warn" if "gap" in s.broken else "text"),
            ]
        )
    return lines


def served_lines(s: Summary, width: int, glyphs: Glyphs) -> list[Line]:
    """Draw what served the replies, where they tell more than the name that was asked for."""
    last = s.served_last
    facts = [last.provider, last.deployment, last.fingerprint]
    if s.served_match != "different" and set(s.served) - {s.model}:
        facts.insert(0, ", ".join(s.served))
    known = [fact for fact in facts if fact]
    if not known:
        return []
    return _wrapped(f"served by {f' {glyphs.dot} '.join(known)}", width, "dim")


def clock_lines(s: Summary, width: int) -> list[Line]:
    """Draw how late this machine read the replies, and whether that is in the latencies."""
    late_ms = s.late.p99
    if s.clock is None or late_ms is None or late_ms < LATE_MS:
        return []
    text = f"reads {_ms(s.late.p50)} ms late, P99 {_ms(late_ms)}"
    if s.clock == "kernel":
        return _wrapped(f"{text}: excluded from the latencies", width, "dim")
    return _wrapped(f"{text}: included where there is no kernel timestamp", width, "warn")


def _wrapped(text: str, width: int, role: Role) -> list[Line]:
    return [[(words, role)] for words in wrapped(text, width, LINES)]


def _ms(value: float | None) -> str:
    return "?" if value is None else number_format.format_ms(value).strip()
