"""Constants that may be tuned from the environment, in one place."""

from __future__ import annotations

import os


def _seconds(name: str, default: float) -> float:
    try:
        return min(60.0, max(0.02, float(os.environ.get(name, default))))
    except ValueError:
        return default


REDRAW_S = _seconds("RELAYTOP_REDRAW", 1.0)
"""Seconds between two readings of the figures; half of it when targets are probed faster."""

FORCED_EXIT_S = 1.7
"""After a signal, how long a clean end may take before it is forced."""

FIRST_CHART_S = 0.3
"""Seconds after the first picture until the chart is drawn: its library takes 100 ms to load."""

WHEEL_ROWS = 3
"""Rows that one step of the wheel scrolls."""
