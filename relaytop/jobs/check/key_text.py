"""Faults in the text of a key: quotes, placeholders, another provider's prefix."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from relaytop.jobs.check.findings import Subject
from relaytop.jobs.check.key_prefixes import (
    OWNER_PREFIXES,
    owner_of_host,
    owner_of_key,
    owner_of_name,
)

if TYPE_CHECKING:
    from relaytop.config.settings import Provider
    from relaytop.jobs.check.findings import Finding

MIN_LENGTH = 8
"""Characters; no provider's key is shorter."""
_QUOTES = "\"'`"
_PLACEHOLDER = re.compile(
    r"^<.*>$|your.?(?:api|key|token)|(?:api|key|token).?here|change.?me|^x{6,}$|^sk-x+$|^\.{3,}$",
    re.IGNORECASE,
)
_MASKED = re.compile(r"\*{3,}|\.{3,}")
_ADVICE = re.compile(r"[:;] (?=(?:export|set|write|name|copy|run) )")
"""The place where a sentence about a key goes on to say what to do."""
_ASSIGNED = re.compile(r"^[A-Za-z_]\w*=")


@dataclass(frozen=True, slots=True)
class KeyProblem:
    """A reason to think that a key is wrong."""

    meaning: str
    remedy: str
    foreign: bool = False
    """Whether it is surely another company's, which must not see it."""


def find_key_problem(provider: Provider) -> KeyProblem | None:
    """Return what is wrong with a provider's key by its text; None for nothing, or no key."""
    if provider.key is None:
        return None
    key = provider.key.reveal()
    remedy = f"fix it: {provider.key_from}"
    if key[0] in _QUOTES or key[-1] in _QUOTES:
        return KeyProblem("the key is in quotes, which would be sent with it", remedy)
    if key.startswith("$"):
        return KeyProblem("the key is a variable's name, not its value", remedy)
    if _ASSIGNED.match(key):
        return KeyProblem("the key begins with a variable's name and `=`", remedy)
    if _MASKED.search(key):
        return KeyProblem("the key is masked, as a console shows it", f"copy all of it; {remedy}")
    if _PLACEHOLDER.search(key):
        return KeyProblem("the key is a placeholder", remedy)
    return _wrong_owner(key, provider, remedy) or _too_short(key, remedy)


def _wrong_owner(key: str, provider: Provider, remedy: str) -> KeyProblem | None:
    at = owner_of_host(urlsplit(provider.base_url).hostname or "")
    wanted = at or owner_of_name(provider.name)
    if wanted is None:
        return None
    prefixes = OWNER_PREFIXES.get(wanted, ())
    form = f"; {wanted} keys begin with {' or '.join(prefixes)}" if prefixes else ""
    owner = owner_of_key(key)
    if owner is not None and owner != wanted:
        return KeyProblem(f"the key is one of {owner}{form}", remedy, foreign=at is not None)
    if prefixes and not key.startswith(prefixes):
        return KeyProblem(f"the key has the wrong prefix{form}", remedy)
    return None


def _too_short(key: str, remedy: str) -> KeyProblem | None:
    if len(key) >= MIN_LENGTH:
        return None
    return KeyProblem(f"the key has only {len(key)} characters", remedy)


def key_finding(provider: Provider, complaint: str | None) -> Finding:
    """Return where a provider's key comes from, and what is wrong with it.

    Args:
        provider: With its key.
        complaint: Why the config could not get the key; None where it could.
    """
    subject = Subject(provider.name)
    if complaint is not None:
        meaning, remedy = [*_ADVICE.split(complaint, maxsplit=1), ""][:2]
        return subject.bad("key", meaning, remedy)
    if provider.key is None:
        return subject.good("key", "no key is configured, so none is sent")
    problem = find_key_problem(provider)
    if problem is None:
        length = len(provider.key.reveal())
        return subject.good("key", f"from {provider.key_from}, {length} characters")
    if problem.foreign:
        return subject.bad("key", f"{problem.meaning}: it is not sent", problem.remedy)
    return subject.warn("key", problem.meaning, problem.remedy)
