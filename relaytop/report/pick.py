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
                    "base_url": self.settings.provider(each.provider).base_url or None,
                    "healthy": each.healthy,
                    "requests": each.requests,
                    "ok": each.ok,
                    "p50_ms": each.p50_ms,
                    "p95_ms": each.p95_ms,
                    "usd_per_mtok": each.price,
                    "last_error": each.error,
                }
                for each in self.candidates
            ],
        }

    def blocks(self, _options: TextOptions) -> list[Block]:
        """Return a row a candidate."""
        rows = [
            [
                each.target,
                f"{each.ok}/{each.requests}",
                milliseconds(each.p50_ms),
                milliseconds(each.p95_ms),
                "" if each.price is None else f"{each.price:.2f}",
                each.error or "",
            ]
            for each in self.candidates
        ]
        return [Table(COLUMNS, rows)]
