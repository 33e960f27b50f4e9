"""The items of the full-screen pages, and how an event is drawn in full."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.tui.draw.log import event_head, event_role
from relaytop.tui.draw.text_runs import line_width, wrapped

if TYPE_CHECKING:
    from relaytop.monitor.event import Event
    from relaytop.tui.draw.text_runs import Line

INDENT = " " * 12
MAX_LINES = 200
"""Of one text; a server may send much."""
Item = tuple[object, list["Line"]]
"""An event, a failure or a group's key, and the lines that it takes."""


def log_item(event: Event, width: int) -> Item:
    """Draw an event in full."""
    head = event_head(event)
    role = event_role(event)
    indent = line_width(head)
    if width - indent < width // 3:  # a name so long leaves the text a line of its own
        texts = wrapped(event.text, width - len(INDENT), MAX_LINES)
        lines = [head, *([(INDENT, "text"), (text, role)] for text in texts)]
    else:
        first, *rest = wrapped(event.text, width - indent, MAX_LINES) or ("",)
        lines = [[*head, (first, role)]]
        lines += [[(" " * indent, "text"), (text, role)] for text in rest]
    return event, [*lines, *_member_lines(event, width)]


def _short(target: str) -> str:
    """Return a target's id without its provider, which the line itself names."""
    return target.partition("/")[2]


def _member_lines(event: Event, width: int) -> list[Line]:
    """Draw the targets of a line that several share, and what the newest of them said."""
    if not event.members:
        return []
    names = ", ".join(_short(name) for name in event.members)
    texts = [*wrapped(names, width - len(INDENT), MAX_LINES)]
    if event.detail not in event.text:
        texts += wrapped(event.detail, width - len(INDENT), MAX_LINES)
    return [[(INDENT, "text"), (text, "dim")] for text in texts]
