"""What the copying keys put on the clipboard, and what the screen says of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.tui.draw.ticket import one_line, ticket

if TYPE_CHECKING:
    from relaytop.tui.view import View


def ticket_text(view: View, host: str) -> str | None:
    """Return the selected target's state for a ticket; None where none is in sight.

    Of a group it is a line for all of it, and the state of its worst target.
    """
    if view.selected is None or view.selected not in view.listed:
        return None
    summary = view.source.summary(view.selected, view.now)
    text = ticket(summary, view.overview.window, view.now, host)
    if view.group is None:
        return text
    return f"{one_line(view.group.members)}\n{text}"


def overview_text(view: View) -> str:
    """Return one line for all targets."""
    source = view.source
    return one_line([source.summary(name, view.now) for name in source.targets()])


def copied_notice(text: str) -> str:
    """Return how many lines were copied, and the first of them."""
    lines = text.splitlines()
    return f"copied {len(lines)} {'lines' if len(lines) > 1 else 'line'}: {lines[0]}"
