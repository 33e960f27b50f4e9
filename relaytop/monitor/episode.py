"""A condition that begins and ends, for the event log."""

from dataclasses import dataclass
from typing import Literal

ENDS_AFTER = 5
"""Observations in a row without the condition: one that flickers is no new one each time."""


# The annotations are read when it is decoded from a message: it is handed over as it is.
@dataclass(slots=True)
class Episode:
    """Begins with the first observation of its condition, ends after five without."""

    active: bool = False
    absent: int = 0
    """Observations without it, in a row."""

    def observe(self, *, present: bool) -> Literal["began", "ended"] | None:
        """Note an observation; return what it changed."""
        if present:
            self.absent = 0
            began, self.active = not self.active, True
            return "began" if began else None
        self.absent += 1
        if not self.active or self.absent < ENDS_AFTER:
            return None
        self.active = False
        return "ended"
