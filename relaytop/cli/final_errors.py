"""Errors that are left to tell when the screen is gone."""

from __future__ import annotations

import contextlib
import os
import select
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from relaytop.monitor.event import Level

STDERR = 2


def write_final_errors(remarks: Iterable[tuple[Level, str]]) -> None:
    """Write the errors among (level, text) on stderr, where a terminal still takes it."""
    lines = [f"relaytop: {text}\n" for level, text in remarks if level == "error"]
    # Past Python's buffer: what a terminal that is gone does not take would fail at exit.
    with contextlib.suppress(OSError):
        if lines and select.select([], [STDERR], [], 0)[1]:
            os.write(STDERR, "".join(lines).encode(errors="replace"))
