"""What the doctor finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

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
    `stream`, `usage`, `limits`, `budget` or `skipped`."""
    level: str
    """`good`, `warn`, `bad` or `skipped`."""
    meaning: str
    remedy: str = ""
    """Empty where there is nothing to mend."""


def counted(findings: Iterable[Finding]) -> dict[str, int]:
    """Return how many findings there are of each level."""
    counts = dict.fromkeys(LEVELS, 0)
    for finding in findings:
        counts[finding.level] += 1
    return counts
