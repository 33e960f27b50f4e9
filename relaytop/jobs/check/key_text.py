"""What a key's own text tells, before and after a server refused it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from relaytop.jobs.check.findings import BAD, GOOD, WARN, Finding
from relaytop.jobs.check.key_prefixes import BEGINNINGS, owner_of_host, owner_of_key, owner_of_name

if TYPE_CHECKING:
    from relaytop.config.settings import Provider

SHORT = 8
"""Characters; no provider's key is shorter."""
_QUOTES = "\"'`"
_PLACEHOLDER = re.compile(
    r"^<.*>$|your.?(?:api|key|token)|(?:api|key|token).?here|change.?me|^x{6,}$|^sk-x+$|^\.{3,}$",
    re.IGNORECASE,
)
_MASKED = re.compile(r"\*{3,}|\.{3,}")
_ADVICE = re.compile(r"[:;] (?=(?:export|put|copy|run) )")
"""Where a sentence about a key goes on to say what to do."""
_ASSIGNED = re.compile(r"^[A-Za-z_]\w*=")


@dataclass(frozen=True, slots=True)
class Suspicion:
    """Why a key is likely wrong."""

    meaning: str
    remedy: str
    foreign: bool = False
    """Whether it is surely another company's, which must not see it."""


def suspicion_of(provider: Provider) -> Suspicion | None:
    """Return what is odd about a provider's key; None where nothing is, or it has none."""
    if provider.key is None:
        return None
    key = provider.key.reveal()
    again = f"correct it: {provider.key_from}"
    if key[0] in _QUOTES or key[-1] in _QUOTES:
        return Suspicion("the key has quotes around it, which are sent with it", again)
    if key.startswith("$"):
        return Suspicion("the key is a variable's name, not its value", again)
    if _ASSIGNED.match(key):
        return Suspicion("the key begins with a variable's name and `=`", again)
    if _MASKED.search(key):
        return Suspicion("the key is a masked one, as consoles show it", f"copy the whole; {again}")
    if _PLACEHOLDER.search(key):
        return Suspicion("the key is a placeholder", again)
    return _wrong_owner(key, provider, again) or _short(key, again)


def _wrong_owner(key: str, provider: Provider, again: str) -> Suspicion | None:
    at = owner_of_host(urlsplit(provider.base_url).hostname or "")
    wanted = at or owner_of_name(provider.name)
    if wanted is None:
        return None
    beginnings = BEGINNINGS.get(wanted, ())
    form = f"; {wanted}'s begin with {' or '.join(beginnings)}" if beginnings else ""
    owner = owner_of_key(key)
    if owner is not None and owner != wanted:
        return Suspicion(f"the key is one of {owner}{form}", again, foreign=at is not None)
    if beginnings and not key.startswith(beginnings):
        return Suspicion(f"the key has a wrong beginning{form}", again)
    return None


def _short(key: str, again: str) -> Suspicion | None:
    if len(key) >= SHORT:
        return None
    return Suspicion(f"the key has only {len(key)} characters", again)


def key_finding(provider: Provider, complaint: str | None) -> Finding:
    """Say how a provider's key looks.

    Args:
        provider: Whose key.
        complaint: Why the config could not get it; None where it could.
    """
    if complaint is not None:
        meaning, remedy = [*_ADVICE.split(complaint, maxsplit=1), ""][:2]
        return Finding(provider.name, None, "key", BAD, meaning, remedy)
    if provider.key is None:
        return Finding(provider.name, None, "key", GOOD, "none is configured, so none is sent")
    odd = suspicion_of(provider)
    if odd is None:
        length = len(provider.key.reveal())
        words = f"from {provider.key_from}, {length} characters"
        return Finding(provider.name, None, "key", GOOD, words)
    if odd.foreign:
        words = f"{odd.meaning}: it is not sent there"
        return Finding(provider.name, None, "key", BAD, words, odd.remedy)
    return Finding(provider.name, None, "key", WARN, odd.meaning, odd.remedy)
