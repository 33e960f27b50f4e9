"""Times of day."""

from __future__ import annotations

import time


def time_of_day(at: float) -> str:
    """Return the local time of Unix seconds as `HH:MM:SS`."""
    return time.strftime("%H:%M:%S", time.localtime(at))
