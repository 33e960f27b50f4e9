"""The outcome of one feature at one target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Outcome = Literal["pass", "fail", "refused", "unknown"]
"""Works; accepted and not done; refused in so many words; or nothing can be said of it."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome, and what it is concluded from."""

    outcome: Outcome
    meaning: str = ""


PASS = Verdict("pass")


def failed(meaning: str) -> Verdict:
    """Return that the request was accepted, and what it asks for was not done."""
    return Verdict("fail", meaning)


def unknown(meaning: str) -> Verdict:
    """Return that the reply says nothing of the feature."""
    return Verdict("unknown", meaning)
