"""What a program asks of a terminal's mouse."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.support.terminal import Terminal

CLICKS = ("1000", "1006")
MOUSE_MODES = ("9", "1000", "1001", "1002", "1003", "1005", "1006", "1007", "1015", "1016")
_MODE = re.compile(rb"\x1b\[\?([\d;]+)([hl])")


def modes_asked(terminal: Terminal) -> dict[str, bool]:
    """Return each mode of the mouse that was sent → whether it is on now."""
    states: dict[str, bool] = {}
    for numbers, on in _MODE.findall(bytes(terminal.raw)):
        for number in numbers.decode().split(";"):
            if number in MOUSE_MODES:
                states[number] = on == b"h"
    return states
