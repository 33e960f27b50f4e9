"""The difference between two snapshots."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from relaytop.monitor.number_format import format_ms, format_percent, format_usd
from relaytop.report.blocks import Table, Text, columns
from relaytop.store.difference import METHOD
from relaytop.wire.text import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaytop.report.blocks import Block
    from relaytop.report.render import TextOptions
    from relaytop.store.difference import Change

OLDER = (
    "One of the snapshots was saved by an older relaytop and has no intervals: "
    "only large differences are detected."
)
COLUMNS = columns(
    "target", "figure", "before", "after", "change", "", left=("target", "figure", "")
)


@dataclass(frozen=True, slots=True)
class DifferenceReport:
    """The changes between two snapshots, those that matter most first."""

    changes: Sequence[Change]
    without_intervals: bool = False
    """Whether a snapshot of an older relaytop is among them."""

    def document(self) -> dict[str, Any]:
        """Return every change, noise included, and the method that judged them."""
        changes = [asdict(change) for change in self.changes]
        for change in changes:
            del change["weight"]
        return {"changes": changes, "how": self._method}

    @property
    def _method(self) -> str:
        return f"{METHOD} {OLDER}" if self.without_intervals else METHOD

    def blocks(self, _options: TextOptions | None = None) -> list[Block]:
        """Return the changes that are none of noise, and how many are."""
        real = [change for change in self.changes if change.kind != "noise"]
        count = len(self.changes) - len(real)
        figures = "1 other figure differs" if count == 1 else f"{count} other figures differ"
        noise = f"{figures} within noise" if count else ""
        if not real:
            return [
                Text("; ".join(filter(None, ("no difference shown", noise)))),
                Text(self._method),
            ]
        return [Table(COLUMNS, [_row(change) for change in real]), Text(noise), Text(self._method)]


def _row(change: Change) -> list[str]:
    before, after = change.before, change.after
    step = ""
    if isinstance(before, int | float) and isinstance(after, int | float):
        if change.figure == "error rate":
            step = f"{(after - before) * 100:+.1f} points"
        elif before:
            step = f"{(after / before - 1) * 100:+.0f} %"
    return [
        clean(change.target),
        change.figure,
        _shown(change.figure, before),
        _shown(change.figure, after),
        step,
        change.kind,
    ]


def _shown(figure: str, value: float | str | None) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return clean(value)
    if figure == "error rate":
        return f"{format_percent(value)} %"
    return f"${format_usd(value)}" if figure.startswith("$") else f"{format_ms(value)} ms"
