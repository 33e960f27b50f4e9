"""The event log: what happened, when, to whom."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from relaytop.tui.draw.text_runs import cropped

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relaytop.monitor.source import Event
    from relaytop.tui.draw.text_runs import Line, Role

ROLES: Mapping[str, Role] = {"good": "good", "info": "text", "warning": "warn", "error": "bad"}


def log_line(event: Event, width: int) -> Line:
    """Draw one event."""
    at = time.strftime("%H:%M:%S", time.localtime(event.at))
    line: Line = [(f" {at}  ", "dim")]
    if event.target:
        line.append((f"{event.target}  ", "bold"))
    line.append((event.text, ROLES[event.level]))
    return cropped(line, width)
