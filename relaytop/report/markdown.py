"""Reports as Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.report.blocks import Lines, Table, Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from relaytop.report.blocks import Block

HARD_BREAK = "  \n"


def markdown(blocks: Iterable[Block]) -> str:
    """Return blocks with a blank line between; an empty one leaves no gap."""
    return "\n\n".join(filter(None, map(_block, blocks)))


def _block(block: Block) -> str:
    if isinstance(block, Table):
        return _table(block)
    if isinstance(block, Text):
        return f"**{block.text}**" if block.strong else block.text
    if isinstance(block, Lines):
        return HARD_BREAK.join(block.lines)
    return "\n".join(["```", *block.lines, "```"])


def _table(table: Table) -> str:
    rule = [":---" if column.left else "---:" for column in table.columns]
    titles, *rows = (
        [cell.replace("|", "\\|") for cell in row]
        for row in ([column.title for column in table.columns], *table.rows)
    )
    return "\n".join("| " + " | ".join(line) + " |" for line in (titles, rule, *rows))
