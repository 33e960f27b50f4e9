"""Reports as plain text for a terminal: tables aligned by spaces."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.report.blocks import Table, Text
from relaytop.report.cells import cell_width, pad

if TYPE_CHECKING:
    from collections.abc import Iterable

    from relaytop.report.blocks import Block

GAP = "  "
"""Between two columns."""


def plain_text(blocks: Iterable[Block]) -> str:
    """Return blocks with a blank line between; an empty one leaves no gap."""
    return "\n\n".join(filter(None, map(_block, blocks)))


def _block(block: Block) -> str:
    if isinstance(block, Text):
        return block.text
    return _table(block) if isinstance(block, Table) else "\n".join(block.lines)


def _table(table: Table) -> str:
    """Return an aligned table, without spaces at the ends of its lines."""
    rows = [[column.title for column in table.columns]] if table.titled else []
    rows += [list(row) for row in table.rows]
    widths = [
        min(max(map(cell_width, cells)), column.max_width or float("inf"))
        for column, cells in zip(table.columns, zip(*rows, strict=True), strict=True)
    ]
    return "\n".join(
        GAP.join(
            pad(cell, int(width), left=column.left)
            for cell, width, column in zip(row, widths, table.columns, strict=True)
        ).rstrip()
        for row in rows
    )
