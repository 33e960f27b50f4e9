"""Which events the log's page lists, and where their words stand."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from relaytop.config.target_id import split_target
from relaytop.monitor.event_join import MAX_MEMBERS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relaytop.monitor.event import Event
    from relaytop.tui.draw.text_runs import Line

LEVELS = ("all", "warning", "error")
SHOWN: Mapping[str, frozenset[str]] = {
    "all": frozenset(("good", "info", "warning", "error")),
    "warning": frozenset(("warning", "error")),
    "error": frozenset(("error",)),
}
"""The least level → the levels that are listed."""
LEVEL_WORDS: Mapping[str, str] = {"warning": "warnings and errors", "error": "errors only"}


@dataclass(frozen=True, slots=True)
class LogFilter:
    """What an event must have to be listed."""

    words: str = ""
    """All of them, in whatever case."""
    level: str = "all"
    target: str | None = None

    @property
    def is_set(self) -> bool:
        """Whether it hides anything."""
        return self != LogFilter()

    def describe(self) -> str:
        """Return what is chosen, for the title."""
        words = self.words.strip()
        parts = (f"/{words}" if words else "", LEVEL_WORDS.get(self.level, ""), self.target or "")
        return ", ".join(part for part in parts if part)

    def matches(self, event: Event) -> bool:
        """Return whether an event is listed."""
        if event.level not in SHOWN[self.level]:
            return False
        if self.target is not None and not _concerns(event, self.target):
            return False
        words = self.words.casefold().split()
        if not words:
            return True
        parts = (event.target or "", event.text, event.detail, *event.members)
        text = " ".join(parts).casefold()
        return all(word in text for word in words)

    def highlighted(self, line: Line) -> Line:
        """Return a line with the words that were searched for marked in it."""
        words = sorted(self.words.split(), key=len, reverse=True)
        if not words:
            return line
        found = re.compile("|".join(map(re.escape, words)), re.IGNORECASE)
        marked: Line = []
        for text, role in line:
            at = 0
            for hit in found.finditer(text):
                marked += [(text[at : hit.start()], role), (hit[0], "warn2")]
                at = hit.end()
            marked.append((text[at:], role))
        return [run for run in marked if run[0]]


def _concerns(event: Event, target: str) -> bool:
    if event.target == target or target in event.members:
        return True
    # A line of more targets than it names.
    provider = split_target(target).provider + "/"
    return len(event.members) >= MAX_MEMBERS and event.members[0].startswith(provider)
