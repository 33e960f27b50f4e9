"""Findings of a check: one line each."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from relaytop.config.settings import Target

GOOD, WARN, BAD, SKIPPED = "good", "warn", "bad", "skipped"
LEVELS = (GOOD, WARN, BAD, SKIPPED)


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: what was looked at, how it stands and how to mend it."""

    provider: str
    target: str | None
    """`provider/model`; None where it is about the provider as a whole."""
    step: str
    """`config`, `key`, `proxy`, `dns`, `tcp`, `tls`, `models`, `clock`, `model`, `price`, `reply`,
    `mode`, `stream`, `reuse`, `cache`, `served`, `machine`, `usage`, `tokens`, `limits`, `budget`
    or `skipped`."""
    level: str
    """`good`, `warn`, `bad` or `skipped`."""
    meaning: str
    remedy: str = ""
    """Empty where there is nothing to mend."""


@dataclass(frozen=True, slots=True)
class Subject:
    """The provider, or the target at it, that findings are about."""

    provider: str
    target: str | None = None

    @classmethod
    def of(cls, target: Target) -> Subject:
        """Return a target as a subject."""
        return cls(target.provider, target.id)

    def finding(self, step: str, level: str, meaning: str, remedy: str = "") -> Finding:
        """Return a finding about it."""
        return Finding(self.provider, self.target, step, level, meaning, remedy)

    def good(self, step: str, meaning: str) -> Finding:
        """Return a finding that all is well."""
        return self.finding(step, GOOD, meaning)

    def warn(self, step: str, meaning: str, remedy: str) -> Finding:
        """Return a warning."""
        return self.finding(step, WARN, meaning, remedy)

    def bad(self, step: str, meaning: str, remedy: str) -> Finding:
        """Return a finding of a fault."""
        return self.finding(step, BAD, meaning, remedy)


def count_by_level(findings: Iterable[Finding]) -> dict[str, int]:
    """Return level → number of findings, for every level."""
    counts = Counter(finding.level for finding in findings)
    return {level: counts[level] for level in LEVELS}
