"""The providers that serve a model, the healthiest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from relaytop.report.blocks import Table, columns
from relaytop.report.snapshot import milliseconds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaytop.config.settings import Settings
    from relaytop.jobs.pick.ranking import Candidate
    from relaytop.report.blocks import Block
    from relaytop.report.render import TextOptions

COLUMNS = columns("target", "ok", "P50", "P95", "$/Mtok", "last error", left=("target",))


def _cached(count: int) -> str:
    """Write how many answers a cache gave, which say nothing of the model."""
    return f"{count} cached" if count else ""


@dataclass(frozen=True, slots=True)
class PickReport:
    """The candidates and what they showed."""

    settings: Settings
    candidates: Sequence[Candidate]
    """The healthiest first; at least one."""

    def document(self) -> dict[str, Any]:
        """Return the choice, absent where nobody is healthy, and every candidate."""
        best = self.candidates[0]
        return {
            "target": best.target if best.healthy else None,
            "candidates": [
                {
                    "target": each.target,
                    "base_url": self.settings.provider(each.summary.provider).base_url or None,
                    "healthy": each.healthy,
                    "requests": each.summary.requests,
                    "ok": each.summary.ok,
                    "cached": each.summary.cached or None,
                    "p50_ms": each.summary.latency.p50,
                    "p95_ms": each.summary.latency.p95,
                    "usd_per_mtok": each.usd_per_mtok,
                    "last_error": each.last_error,
                }
                for each in self.candidates
            ],
        }

    def blocks(self, _options: TextOptions) -> list[Block]:
        """Return a row a candidate."""
        rows = [
            [
                each.target,
                f"{each.summary.ok}/{each.summary.requests}",
                milliseconds(each.summary.latency.p50),
                milliseconds(each.summary.latency.p95),
                "" if each.usd_per_mtok is None else f"{each.usd_per_mtok:.2f}",
                each.last_error or _cached(each.summary.cached),
            ]
            for each in self.candidates
        ]
        return [Table(COLUMNS, rows)]
