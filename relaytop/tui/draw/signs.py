"""The signs of the screen, each with its meaning."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from relaytop.tui.draw.glyphs import Glyphs


def signs(glyphs: Glyphs) -> list[tuple[str, str]]:
    """Return each sign and what it means."""
    status = glyphs.status
    return [
        (f"{status['up']} up", "answers, within its thresholds"),
        (f"{status['degraded']} degraded", "slow, failing now and then, or hanging"),
        (
            f"{status['down']} down",
            "three probes in a row failed, or the last one for a reason that needs a fix",
        ),
        (
            f"{status['paused']} paused",
            "switched off by you; a reached budget leaves the last status, dim",
        ),
        (f"{status['unknown']} unknown", "no probe has finished yet, or only a cache answers"),
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
        ("dim figure", "too few samples to carry it (P95: 20, P99: 100)"),
        (">30s", "timeouts cut the tail off: it lies above the deadline"),
        (
            f"{glyphs.hang}8522",
            "probes were skipped: it may be up to so much; the detail has both ends",
        ),
        (f"{glyphs.skipped}14", "after a name: probes of it that were due and not sent"),
        (f"{glyphs.hang}12s", "under last: a probe has been hanging that long"),
        (glyphs.cached, "after a name: a cache answered; that is in no figure"),
        (glyphs.different, "after a name: another model serves than was asked for"),
        ("BUSY BOX", "this machine reads late; the kernel's clock leaves that out"),
        ("58/60", "rate limit: left/limit; reset counts down"),
        ("skipped", "due probes not sent because as many as may be still ran"),
        ("paced", "due probes that the provider's max_rpm held back"),
    ]
