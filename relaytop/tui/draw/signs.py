"""The signs of the screen, each with its meaning."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from relaytop.tui.draw.glyphs import Glyphs


def signs(glyphs: Glyphs) -> list[tuple[str, str]]:
    """Return each sign and what it means."""
    status = glyphs.status
    return [
        (f"{status['up']} up", "replies within the thresholds"),
        (f"{status['degraded']} degraded", "slow, some failures, or a probe hanging"),
        (
            f"{status['down']} down",
            "three failures in a row, or one that needs a fix (key, credit, model)",
        ),
        (
            f"{status['paused']} paused",
            "paused by you; if the budget is reached, the last status is shown dim",
        ),
        (f"{status['unknown']} unknown", "no finished probe yet, or only cached replies"),
        ("! a z", "after a status: alert firing, acknowledged, snoozed"),
        (
            glyphs.levels[5:],
            "sparkline: up to the threshold, up to twice that, above; each level doubles",
        ),
        (glyphs.failed, "sparkline: half or more of the probes failed"),
        (glyphs.some_failed, "sparkline: fewer than half failed"),
        (f"{glyphs.p50_line} {glyphs.p95_line}", "chart: P50, P95"),
        (
            f"{glyphs.worst} {glyphs.clipped} {glyphs.failed}",
            "chart: slowest probe, one off the scale, a failed one",
        ),
        (glyphs.order[0], "zoomed chart: the failure whose message is shown"),
        ("PAST", "the time range, or with --at all that is shown, ends before now"),
        ("dim figure", "too few samples (P95 needs 20, P99 100)"),
        (">30s", "above the timeout: too many probes timed out to measure it"),
        (
            f"{glyphs.hang}8522",
            "upper bound, since probes were skipped; the detail shows both bounds",
        ),
        (glyphs.approximate + "512", "from a histogram's buckets; the detail shows the bucket"),
        (f"{glyphs.skipped}14", "after a name: skipped probes"),
        (f"{glyphs.hang}12s", "under last: a probe has been in flight that long"),
        (glyphs.cached, "after a name: some replies were cached (excluded from all figures)"),
        (glyphs.different, "after a name: a different model served the replies"),
        (
            "BUSY HOST",
            "this host reads replies late; kernel timestamps exclude that from latencies",
        ),
        ("58/60", "rate limit: remaining/limit; reset counts down"),
        ("skipped", "due probes not sent: too many still in flight"),
        ("paced", "due probes delayed by the provider's max_rpm"),
    ]
