"""The event log: the time, the target and the text of each event."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.tui.draw.clock import time_of_day
from relaytop.tui.draw.text_runs import cropped

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relaytop.monitor.source import Event
    from relaytop.tui.draw.text_runs import Line, Role

ROLES: Mapping[str, Role] = {"good": "good", "info": "text", "warning": "warn", "error": "bad"}


def event_head(event: Event) -> Line:
    """Draw when an event was, and its target."""
    head: Line = [(f" {time_of_day(event.at)}  ", "dim")]
    return [*head, (f"{event.target}  ", "bold")] if event.target else head


def log_line(event: Event, width: int) -> Line:
    """Draw one event in one line."""
    return cropped([*event_head(event), (event.text, ROLES[event.level])], width)
