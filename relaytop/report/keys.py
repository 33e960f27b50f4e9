"""The keys of the screen."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from relaytop.report.blocks import Table, Text, columns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaytop.report.blocks import Block
    from relaytop.report.render import TextOptions

COLUMNS = columns("keys", "does", "id", left=("keys", "does", "id"))


@dataclass(frozen=True, slots=True)
class KeyRow:
    """What one binding does, and by which keys."""

    id: str
    keys: str
    """The keys in force as `[keys]` has them, `f,F`."""
    default: str
    """The keys that it has where `[keys]` gives none."""
    place: str
    """Where it works: `monitor`, `recording`, `page`, `everywhere`."""
    group: str
    does: str


@dataclass(frozen=True, slots=True)
class KeysReport:
    """The keys in force, by place and group."""

    rows: Sequence[KeyRow]

    def document(self) -> dict[str, Any]:
        """Return `keys`, as the config has it, and `bindings`, a row each."""
        return {
            "keys": {row.id: row.keys for row in self.rows if row.place != "everywhere"},
            "bindings": [
                {
                    "id": row.id,
                    "keys": row.keys.split(","),
                    "default": row.default.split(","),
                    "place": row.place,
                    "group": row.group,
                    "does": row.does,
                }
                for row in self.rows
            ],
        }

    def blocks(self, _options: TextOptions) -> list[Block]:
        """Return a table for each group at each place."""
        blocks: list[Block] = []
        for (place, group), rows in groupby(self.rows, lambda row: (row.place, row.group)):
            blocks += [
                Text(f"{place}: {group}", strong=True),
                Table(
                    COLUMNS,
                    [(row.keys.replace(",", "  "), row.does, row.id) for row in rows],
                    titled=False,
                ),
            ]
        return blocks
