"""A baseline: its tables, histograms, and what changed since a reference."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from relaytop.report import snapshot
from relaytop.report.blocks import Preformatted, Table, Text, columns
from relaytop.report.difference import DifferenceReport
from relaytop.report.histogram import histogram
from relaytop.report.plain import plain_text
from relaytop.store.difference import difference, without_intervals

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from relaytop.report.blocks import Block
    from relaytop.report.render import TextOptions

COLUMNS = columns("target", "min", "mean", "max", "tokens in", "tokens out", "by", left=("target",))


@dataclass(frozen=True, slots=True)
class BaselineReport:
    """The figures of a baseline."""

    snapshot: dict[str, Any]
    latencies_ms: Mapping[str, Sequence[float]]
    """Target → latencies of its successes."""
    reference: Mapping[str, Any] | None = None
    """A snapshot that it is compared with."""

    def document(self) -> dict[str, Any]:
        """Return the snapshot itself."""
        return self.snapshot

    def blocks(self, options: TextOptions) -> list[Block]:
        """Return the tables, a histogram a target, and the changes."""
        found = snapshot.blocks(self.snapshot)
        found.append(Table(COLUMNS, [_row(target) for target in self.snapshot["targets"]]))
        for name, values in self.latencies_ms.items():
            bars = histogram(values, ascii_only=options.ascii_only)
            if bars:
                found += [Text(f"{name}, latency"), Preformatted(bars)]
        return found + self._changes()

    def changes(self) -> str:
        """Return what changed since the reference as plain text, for beside a document."""
        return plain_text(self._changes())

    def _changes(self) -> list[Block]:
        if self.reference is None:
            return []
        changes = DifferenceReport(
            difference(self.reference, self.snapshot), without_intervals(self.reference)
        )
        return [Text(f"since {snapshot.heading(dict(self.reference))}"), *changes.blocks()]


def _row(target: dict[str, Any]) -> list[str]:
    latency, tokens = target.get("latency_ms", {}), target.get("tokens", {})
    return [
        target["target"],
        *(snapshot.milliseconds(latency.get(name)) for name in ("min", "mean", "max")),
        *(str(tokens.get(name, "")) for name in ("input", "output")),
        str(target.get("price_source", "")),
    ]
