"""The language of the filter: words, `is:`, `class:`, `provider:` and the like, quotes, `!`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from relaytop.config.target_id import split_target
from relaytop.monitor.group import FAILING
from relaytop.monitor.why import why
from relaytop.wire.facts import ERROR_CLASSES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from relaytop.monitor.summary import Summary

STATES: Mapping[str, Sequence[str]] = {
    "up": ("up",),
    "degraded": ("degraded",),
    "down": ("down",),
    "paused": ("paused",),
    "unknown": ("unknown",),
    "failing": FAILING,
}
"""Word after `is:` → the statuses that it stands for."""
CLASSES = (*ERROR_CLASSES, "slow", "hanging", "errors", "paused", "budget", "cache", "unreachable")
"""Words after `class:`: the error classes, and what else the column `why` says."""
KEYS = ("is", "class", "provider", "model", "place")
HINT = "text  is:down  is:failing  class:timeout  provider:x  model:x  !not"
_TOKEN = re.compile(
    r'(?P<no>!?)(?:(?P<key>[a-z]+):)?(?:"(?P<quoted>[^"]*)"?|(?P<bare>\S*))', re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Term:
    """One condition of a filter."""

    key: str
    """One of `KEYS`; empty: a word."""
    value: str
    """In lower case."""
    negated: bool = False

    def matches(self, target: str, summarise: Callable[[], Summary]) -> bool:
        """Return whether a target meets the condition; it is summarised only where that matters."""
        return self._holds(target.lower(), summarise) != self.negated

    def _holds(self, target: str, summarise: Callable[[], Summary]) -> bool:
        provider, model, place = split_target(target)
        match self.key:
            case "provider":
                return self.value in provider
            case "model":
                return self.value in model
            case "place":
                return self.value in place
            case "is":
                return summarise().status in _statuses(self.value)
            case "class":
                return _has_class(summarise(), _starting_with(self.value, CLASSES))
        if self.value in target:
            return True
        s = summarise()
        return self.value in s.status or self.value in (why(s) or "") or self.value in s.errors

    @property
    def problem(self) -> str | None:
        """A sentence on a value that is none; None where it is one."""
        if self.key == "is" and not _statuses(self.value):
            return f"is:{self.value} is not a status; valid: {', '.join(STATES)}"
        if self.key == "class" and not _starting_with(self.value, CLASSES):
            return f"class:{self.value} is not an error class such as {', '.join(CLASSES[:8])}"
        return None


@dataclass(frozen=True, slots=True)
class Filter:
    """The conditions that a listed target meets, all of them."""

    terms: tuple[Term, ...] = ()
    problems: tuple[str, ...] = ()
    """Sentences on conditions that mean nothing, and are left out."""

    def matches(self, target: str, summarise: Callable[[], Summary]) -> bool:
        """Return whether a target is listed.

        Args:
            target: The target's id.
            summarise: Returns its summary.
        """
        return all(term.matches(target, summarise) for term in self.terms)


@lru_cache(maxsize=64)
def parse_filter(text: str) -> Filter:
    """Read what was typed; anything can be read, for it is read with each key."""
    terms: list[Term] = []
    problems: list[str] = []
    for found in _TOKEN.finditer(text):
        key = (found["key"] or "").lower()
        value = found["bare"] if found["quoted"] is None else found["quoted"]
        if key not in KEYS:  # a model's id may hold a colon
            key, value = "", f"{found['key']}:{value}" if found["key"] else value
        if not value.strip():
            continue
        term = Term(key, value.lower(), negated=bool(found["no"]))
        if term.problem is None:
            terms.append(term)
        else:
            problems.append(term.problem)
    return Filter(tuple(terms), tuple(problems))


def _starting_with(prefix: str, words: Sequence[str]) -> Sequence[str]:
    """Return the word itself where it is one; else those that it begins, for it may grow."""
    return [prefix] if prefix in words else [word for word in words if word.startswith(prefix)]


def _statuses(prefix: str) -> set[str]:
    return {status for word in _starting_with(prefix, list(STATES)) for status in STATES[word]}


def _has_class(s: Summary, classes: Sequence[str]) -> bool:
    """Return whether a target is not well by one of these, or failed so within the window."""
    return why(s) in classes or any(name in classes for name in s.errors)
