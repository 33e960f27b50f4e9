"""Why a server refused, told apart by its class, its words and the key's own text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from relaytop.jobs.check.findings import BAD, WARN
from relaytop.jobs.check.key_text import suspicion_of
from relaytop.wire.class_meanings import MEANING
from relaytop.wire.text import clean

if TYPE_CHECKING:
    from relaytop.config.settings import Provider
    from relaytop.wire.facts import Failure, RateLimit

WORDS_LIMIT = 160
"""Characters of a server's words that a line quotes."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What a failure means and how to mend it."""

    level: str
    meaning: str
    remedy: str


_Rules = tuple[tuple[re.Pattern[str], str, str], ...]


def _rules(*rows: tuple[str, str, str]) -> _Rules:
    return tuple((re.compile(words, re.IGNORECASE), *rest) for words, *rest in rows)  # type: ignore[misc]


_ACCOUNT = _rules(
    (
        r"suspend|\bbanned\b|account.*(?:deactivat|disabl|block|terminat)|封禁",
        "the account is suspended",
        "ask the provider's support",
    ),
    (
        r"not (?:yet |been )*(?:activ|enabled|verified)|\binactive\b|未激活|未启用",
        "the key or its account is not activated",
        "finish the sign-up in the provider's console (e-mail, payment)",
    ),
    (
        r"revoked|\bdeleted\b|expired|disabled|deactivated|no longer valid|过期|禁用|状态不可用",
        "the key was revoked or has expired",
        "make a new key in the provider's console",
    ),
)
_AUTH = _rules(
    (
        r"(?:no|missing|without|provide)\b(?! such).{0,30}(?:api.?key|token|auth|credential)",
        "the server saw no key in the request",
        "check `api` and `headers`: the key may go under another header's name",
    ),
)
_PERMISSION = _rules(
    (
        r"countr|region|territor|location",
        "the provider does not serve the place from which this is sent",
        "go through a proxy in a place that it serves",
    ),
    (
        r"\bip\b|allow.?list|white.?list",
        "the key may not be used from this address",
        "add this machine's address to the key's allow-list",
    ),
    (
        r"scope|missing permission",
        "the key lacks a permission",
        "give the key that permission, or make one without limits",
    ),
)
_CREDIT = _rules(
    (
        r"per.?day|daily|\b[rt]pd\b",
        "the daily quota is used up",
        "wait for the next day, or raise the plan",
    ),
    (
        r"spend|hard.?limit|budget|monthly|usage limit",
        "a spending limit is reached",
        "raise the limit in the provider's console",
    ),
    (r"", "out of credit: waiting does not help", "top up in the provider's console"),
)
_RATE = _rules(
    (
        r"per.?day|daily|\b[rt]pd\b",
        "the daily quota is used up",
        "wait for the next day, or raise the plan",
    ),
    (
        r"tokens? per|\btpm\b|token (?:rate|limit)",
        "too many tokens a minute",
        "send fewer tokens, or raise the plan",
    ),
    (
        r"concurren|parallel|simultaneous",
        "too many requests at the same time",
        "watch fewer targets of this provider at once",
    ),
    (
        r"requests? per|\brpm\b",
        "too many requests a minute",
        "probe less often (`interval`, `max_rpm`), or raise the plan",
    ),
)
_RULES = {
    "auth": _ACCOUNT + _AUTH,
    "permission": _ACCOUNT + _PERMISSION,
    "credit": _CREDIT,
    "rate_limited": _RATE,
}
_ONE_TOKEN = re.compile(
    r"higher max_(?:completion_)?tokens|output limit was reached"
    r"|minimum value|(?:>=|at least|greater than|larger than) ?\d",
    re.IGNORECASE,
)
_REMEDIES = {
    "auth": "copy the key again from the provider's console",
    "permission": "give the key access to it in the provider's console, or choose another model",
    "not_found": "compare `models` with `relaytop models`, and base_url with the provider's page",
    "bad_request": "compare the model's demands with [probe] in the config",
    "overloaded": "wait, or go to another provider",
    "server_error": "wait; if it lasts, tell the provider",
    "gateway": "look at the relay's own log, or wait",
    "timeout": "raise `timeout`, or look at the way there",
    "dns": "check the host in base_url, and this machine's resolver",
    "connect": "check host and port in base_url, and the firewall between",
    "tls": "check the certificate, `ca_file` and this machine's clock",
    "protocol": "check `api` and base_url: another program may answer there",
    "truncated": "try again; if it lasts, a proxy between cuts replies off",
    "too_large": "check base_url: another program may answer there",
}
_KINDS = {"requests": "requests", "input_tokens": "tokens", "output_tokens": "tokens"}


def explain(
    failure: Failure,
    provider: Provider,
    *,
    limits: RateLimit | None = None,
    wait_s: float | None = None,
    near: str | None = None,
) -> Diagnosis:
    """Say why a request failed.

    Args:
        failure: Its class and the server's words, safe to show.
        provider: Who refused, with its key.
        limits: What the reply told of the limits.
        wait_s: How many seconds the server asks to wait.
        near: For a model that is not there: the nearest one that is.
    """
    kind = failure.error_class
    meaning, remedy = _told_apart(failure, provider, limits)
    if kind == "rate_limited" and wait_s:
        remedy = f"wait {wait_s:.0f} s as it asks; {remedy}"
    if kind == "not_found" and near:
        remedy = f"did you mean {near!r}?"
    level = BAD
    if wants_more_tokens(failure):
        level, meaning = WARN, "the model gives no reply of one token, so this says no more"
        remedy = "give it more: `max_tokens` under [probe] in the config"
    words = clean(failure.message, WORDS_LIMIT)
    return Diagnosis(level, f"{meaning} ({words})" if words else meaning, remedy)


def wants_more_tokens(failure: Failure) -> bool:
    """Whether a model only refuses to reply with a single token."""
    refused = failure.error_class == "bad_request"
    return refused and _ONE_TOKEN.search(failure.message) is not None


def _told_apart(failure: Failure, provider: Provider, limits: RateLimit | None) -> tuple[str, str]:
    kind = failure.error_class
    known = _by_key(provider) if kind == "auth" else None
    if known is not None:
        return known
    for pattern, meaning, remedy in _RULES.get(kind, ()):
        if pattern.search(failure.message):
            return meaning, remedy
    if kind == "rate_limited":
        return _by_limits(limits)
    if kind == "auth":
        return "the server does not know the key", _REMEDIES["auth"]
    return MEANING[kind], _REMEDIES[kind]


def _by_key(provider: Provider) -> tuple[str, str] | None:
    """Tell by the key's own text why it is refused."""
    if provider.key is None:
        return "the server wants a key and none is configured", "give `api_key_env`"
    odd = suspicion_of(provider)
    return None if odd is None else (f"the key is refused: {odd.meaning}", odd.remedy)


def _by_limits(limits: RateLimit | None) -> tuple[str, str]:
    """Tell by the headers which limit is used up."""
    tightest = limits.tightest if limits is not None else None
    if tightest is not None and tightest[1].remaining == 0:
        what = _KINDS.get(tightest[0], "tokens")
        return f"the limit of {what} is used up", "probe less often, or raise the plan"
    return "too many requests; which limit it was is not told", "probe less often (`interval`)"
