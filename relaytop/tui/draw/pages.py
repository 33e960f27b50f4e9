"""The items of the full-screen pages: all events, all failures of a target."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.tui.draw.clock import time_of_day
from relaytop.tui.draw.log import ROLES, event_head, newest_first
from relaytop.tui.draw.text_runs import line_width, wrapped
from relaytop.wire.class_meanings import MEANING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaytop.monitor.source import Event
    from relaytop.monitor.summary import LastError
    from relaytop.tui.draw.text_runs import Line

INDENT = " " * 12
MAX_LINES = 200
"""Of one text; a server may send much."""
Item = tuple[object, list["Line"]]
"""An event or a failure, and the lines that it takes."""


def log_items(events: Sequence[Event], width: int) -> list[Item]:
    """Draw every event in full, newest first."""
    items: list[Item] = []
    for event in newest_first(events):
        head = event_head(event)
        role = ROLES[event.level]
        indent = line_width(head)
        if width - indent < width // 3:  # a name so long leaves the text a line of its own
            texts = wrapped(event.text, width - len(INDENT), MAX_LINES)
            lines = [head, *([(INDENT, "text"), (text, role)] for text in texts)]
        else:
            first, *rest = wrapped(event.text, width - indent, MAX_LINES) or ("",)
            lines = [[*head, (first, role)]]
            lines += [[(" " * indent, "text"), (text, role)] for text in rest]
        items.append((event, [*lines, *_member_lines(event, width)]))
    return items


def _member_lines(event: Event, width: int) -> list[Line]:
    """Draw the targets of a line that several share, and what the newest of them said."""
    if not event.members:
        return []
    names = ", ".join(name.partition("/")[2] for name in event.members)
    texts = [*wrapped(names, width - len(INDENT), MAX_LINES)]
    texts += wrapped(event.detail, width - len(INDENT), MAX_LINES)
    return [[(INDENT, "text"), (text, "dim")] for text in texts]


def error_items(errors: Sequence[LastError], width: int) -> list[Item]:
    """Draw every failure with the server's message in full, newest first."""
    items: list[Item] = []
    for error in errors:
        lines: list[Line] = [
            [
                (f" {time_of_day(error.at)}  ", "dim"),
                (error.error_class, "bad"),
                (f"  {MEANING.get(error.error_class, '')}", "warn"),
            ]
        ]
        texts = wrapped(error.message, width - len(INDENT), MAX_LINES)
        lines += [[(INDENT, "text"), (text, "text")] for text in texts]
        if error.request_id:
            ids = wrapped(f"id {error.request_id}", width - len(INDENT), MAX_LINES)
            lines += [[(INDENT, "text"), (text, "dim")] for text in ids]
        items.append((error, [*lines, [("", "text")]]))
    return items
