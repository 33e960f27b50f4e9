"""The counts of targets in the top line, in any of its widths."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def shows_up(count: int) -> Callable[[str], bool]:
    """Return a test of a picture: so many targets are up."""
    return _shows("●", count)


def shows_down(count: int) -> Callable[[str], bool]:
    """Return a test of a picture: so many targets are down."""
    return _shows("✗", count)


def _shows(sign: str, count: int) -> Callable[[str], bool]:
    return lambda text: re.search(rf"{sign} ?{count}\b", text.splitlines()[0]) is not None
