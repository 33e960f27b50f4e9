"""A difference between snapshots as a table or a document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from relaytop.monitor.number_format import format_ms, format_percent, format_usd
from relaytop.report import snapshot
from relaytop.store.difference import HOW
from relaytop.wire.text import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaytop.store.difference import Change

TITLES = ("target", "figure", "before", "after", "change", "")
WORDS = {"worse": "worse", "better": "better", "noise": "noise", "gone": "gone", "new": "new"}


def text(changes: Sequence[Change], *, markdown: bool = False) -> str:
    """Return the table, what matters most first, and how noise is told from change."""
    real = [change for change in changes if change.kind != "noise"]
    noise = len(changes) - len(real)
    draw = snapshot.markdown if markdown else snapshot.plain
    told = f"{noise} other figures differ by no more than noise" if noise else ""
    if noise == 1:
        told = "1 other figure differs by no more than noise"
    if not real:
        return f"no difference shown{f'; {told}' if told else ''}\n\n{HOW}"
    parts = [draw(TITLES, [_row(change) for change in real]), told, HOW]
    return "\n\n".join(part for part in parts if part)


def document(changes: Sequence[Change]) -> dict[str, Any]:
    """Return the same as plain values."""
    return {
        "changes": [
            {
                key: value
                for key, value in {
                    "target": change.target,
                    "figure": change.figure,
                    "before": change.before,
                    "after": change.after,
                    "kind": change.kind,
                }.items()
                if value is not None
            }
            for change in changes
        ],
        "how": HOW,
    }


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
        WORDS[change.kind],
    ]


def _shown(figure: str, value: float | str | None) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return clean(value)
    if figure == "error rate":
        return f"{format_percent(value)} %"
    return f"${format_usd(value)}" if figure.startswith("$") else f"{format_ms(value)} ms"
