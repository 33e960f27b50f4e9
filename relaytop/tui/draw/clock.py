"""Times of day."""

from __future__ import annotations

import time

from relaytop.config.steady_clock import STEADY


def time_of_day(at: float) -> str:
    """Return the local time of steady Unix seconds as `HH:MM:SS`."""
    return time.strftime("%H:%M:%S", local_time(at))


def local_time(at: float) -> time.struct_time:
    """Return the local time of steady Unix seconds, by the system's clock as it is set now."""
    return time.localtime(STEADY.to_wall(at))
