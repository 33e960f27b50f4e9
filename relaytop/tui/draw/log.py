"""The event log: the time, the target and the text of each event."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.tui.draw.clock import time_of_day
from relaytop.tui.draw.text_runs import cropped

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from relaytop.monitor.event import Event
    from relaytop.tui.draw.text_runs import Line, Role

ROLES: Mapping[str, Role] = {"good": "good", "info": "text", "warning": "warn", "error": "bad"}

MOMENT_S = 2.0
"""Events so close belong to one moment."""


def newest_first(events: Sequence[Event]) -> Iterator[Event]:
    """Yield events newest first; of one moment the status before the waits that come with it."""
    held: list[Event] = []
    for event in reversed(events):
        near = bool(held) and held[0].at - event.at <= MOMENT_S
        if event.kind == "limit" and (near or not held):
            held.append(event)
            continue
        if not (near and event.kind == "status"):
            yield from held
            held = []
        if event.kind == "limit":
            held.append(event)
        else:
            yield event
    yield from held


def event_head(event: Event) -> Line:
    """Draw when an event was, and its target."""
    head: Line = [(f" {time_of_day(event.at)}  ", "dim")]
    return [*head, (f"{event.target}  ", "bold")] if event.target else head


def event_role(event: Event) -> Role:
    """Return the role of an event's text: the user's own words stand out."""
    return "accent" if event.kind == "note" else ROLES[event.level]


def log_line(event: Event, width: int) -> Line:
    """Draw one event in one line."""
    return cropped([*event_head(event), (event.text, event_role(event))], width)
