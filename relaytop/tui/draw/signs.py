"""The signs of the screen, each with its meaning."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from relaytop.tui.draw.glyphs import Glyphs


def signs(glyphs: Glyphs) -> list[tuple[str, str]]:
    """Return each sign and what it means."""
    status = glyphs.status
    return [
        (f"{status['up']} up", "replies, within its thresholds"),
        (f"{status['degraded']} degraded", "slow, some failures, or a hanging probe"),
        (
            f"{status['down']} down",
            "three probes in a row failed, or the last one for a reason that needs a fix",
        ),
        (
            f"{status['paused']} paused",
            "paused by you; with the budget reached, the last status is shown dim",
        ),
        (f"{status['unknown']} unknown", "no probe has finished yet, or only a cache answered"),
        ("! a z", "after a status: an alert fires, is acknowledged, is snoozed"),
        (
            glyphs.levels[5:],
            "in a sparkline: up to the threshold, up to twice that, above; a level doubles",
        ),
        (glyphs.failed, "in a sparkline: half of the probes failed here, or more"),
        (glyphs.some_failed, "in a sparkline: fewer than half failed"),
        (f"{glyphs.p50_line} {glyphs.p95_line}", "in the chart: P50, P95"),
        (
            f"{glyphs.worst} {glyphs.clipped} {glyphs.failed}",
            "in the chart: the worst probe, one above its top, one that failed",
        ),
        (glyphs.order[0], "under the zoomed chart: the failure whose message is shown"),
        ("PAST", "the zoomed chart's range does not reach to now"),
        ("dim figure", "too few samples for it (P95 needs 20, P99 100)"),
        (">30s", "above the deadline: too many probes timed out to measure it"),
        (
            f"{glyphs.hang}8522",
            "an upper bound, since probes were skipped; the detail has both bounds",
        ),
        (f"{glyphs.skipped}14", "after a name: probes of it that were due and not sent"),
        (f"{glyphs.hang}12s", "under last: a probe has been waiting that long"),
        (glyphs.cached, "after a name: a cache answered; that is in no figure"),
        (glyphs.different, "after a name: another model serves than was asked for"),
        ("BUSY HOST", "this host reads replies late; latencies exclude that (kernel timestamps)"),
        ("58/60", "rate limit: left/limit; reset counts down"),
        ("skipped", "due probes not sent: too many were still in flight"),
        ("paced", "due probes delayed by the provider's max_rpm"),
    ]
