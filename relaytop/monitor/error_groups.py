"""A target's failures by class and message: how many, since when, and the newest of each."""

import dataclasses
import re
from collections.abc import Sequence
from dataclasses import dataclass

from relaytop.monitor.summary import LastError
from relaytop.wire.facts import ERROR_CLASSES

MAX_GROUPS = 64
"""Groups that are kept for a target; each class may have one more for the rest of its messages."""
MAX_IDS = 3
PATTERN_LENGTH = 160
_WORD = re.compile(r"[\w-]+")


# The annotations are read when it is decoded from a message.
@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorGroup:
    """The failures of one class whose messages differ in numbers and ids alone."""

    error_class: str
    pattern: str | None
    """The message without numbers and ids; None: what other messages of the class are left."""
    count: int
    first_at: float
    """Unix seconds."""
    last_at: float
    message: str
    """That of the newest."""
    request_ids: tuple[str, ...] = ()
    """Those of the newest failures, newest first."""

    def is_consistent(self) -> bool:
        """Return whether its figures can belong together."""
        known = self.error_class in ERROR_CLASSES
        return known and self.count > 0 and self.first_at <= self.last_at


def message_pattern(message: str) -> str:
    """Return a message with each word that has a digit in it (a number, an id) as `#`."""
    return _WORD.sub(_without_digits, message)[:PATTERN_LENGTH].casefold()


def _without_digits(word: re.Match[str]) -> str:
    text = word[0]
    return "#" if any(map(str.isdigit, text)) else text


def group_of(error: LastError, groups: Sequence[ErrorGroup]) -> ErrorGroup | None:
    """Return the group that a failure is counted in; None where there is none."""
    pattern = message_pattern(error.message)
    own = (g for g in groups if g.error_class == error.error_class and g.pattern == pattern)
    rest = (g for g in groups if g.error_class == error.error_class and g.pattern is None)
    return next(own, None) or next(rest, None)


def with_failure(groups: tuple[ErrorGroup, ...], error: LastError) -> tuple[ErrorGroup, ...]:
    """Return the groups with one more failure counted, the one that failed last first."""
    single = ErrorGroup(
        error_class=error.error_class,
        pattern=message_pattern(error.message),
        count=1,
        first_at=error.at,
        last_at=error.at,
        message=error.message,
        request_ids=() if error.request_id is None else (error.request_id,),
    )
    return _within_bounds(_merged_into(groups, single))


def _merged_into(groups: tuple[ErrorGroup, ...], new: ErrorGroup) -> tuple[ErrorGroup, ...]:
    """Return the groups with another one added, or counted in the one that it belongs to."""
    for at, group in enumerate(groups):
        if (group.error_class, group.pattern) == (new.error_class, new.pattern):
            newer, older = (new, group) if new.last_at >= group.last_at else (group, new)
            both = dataclasses.replace(
                group,
                count=group.count + new.count,
                first_at=min(group.first_at, new.first_at),
                last_at=newer.last_at,
                message=newer.message,
                request_ids=(newer.request_ids + older.request_ids)[:MAX_IDS],
            )
            return (both, *groups[:at], *groups[at + 1 :])
    return (new, *groups)


def _within_bounds(groups: tuple[ErrorGroup, ...]) -> tuple[ErrorGroup, ...]:
    """Count the groups that failed longest ago in the rest of their class, where they are many."""
    while len(groups) > MAX_GROUPS:
        oldest = next(group for group in reversed(groups) if group.pattern is not None)
        kept = tuple(group for group in groups if group is not oldest)
        rest, *others = _merged_into(kept, dataclasses.replace(oldest, pattern=None))
        groups = (*others, rest)
    return groups
