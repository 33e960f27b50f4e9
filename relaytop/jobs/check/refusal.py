"""Diagnosis of a refused request, by its class, the server's message and the key's own text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from relaytop.jobs.check.base_url import without_endpoint
from relaytop.jobs.check.findings import BAD, WARN
from relaytop.jobs.check.gateway_headers import header_demand
from relaytop.jobs.check.key_text import find_key_problem
from relaytop.jobs.check.proxy import proxy_refusal
from relaytop.probe.exchange import PROXY_REFUSED
from relaytop.wire.class_meanings import MEANING
from relaytop.wire.text import clean

if TYPE_CHECKING:
    from relaytop.config.settings import Provider
    from relaytop.wire.facts import Failure, RateLimit

MESSAGE_LIMIT = 160
"""Characters of a server's message that a line quotes."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The meaning of a failure, and how to mend it."""

    level: str
    meaning: str
    remedy: str


class _Rule(NamedTuple):
    """A pattern of the server's message, and what it means."""

    pattern: str
    meaning: str
    remedy: str


_DAILY = _Rule(
    r"per.?day|daily|\b[rt]pd\b",
    "the daily quota is used up",
    "wait for the next day, or raise the plan",
)
_ACCOUNT = (
    _Rule(
        r"suspend|\bbanned\b|account.*(?:deactivat|disabl|block|terminat)|封禁",
        "the account is suspended",
        "ask the provider's support",
    ),
    _Rule(
        r"not (?:yet |been )*(?:activ|enabled|verified)|\binactive\b|未激活|未启用",
        "the key or its account is not activated",
        "finish the sign-up in the provider's console (e-mail, payment)",
    ),
    _Rule(
        r"revoked|\bdeleted\b|expired|disabled|deactivated|no longer valid|过期|禁用|状态不可用",
        "the key was revoked or has expired",
        "make a new key in the provider's console",
    ),
)
_AUTH = (
    _Rule(
        r"(?:no|missing|without|provide)\b(?! such).{0,30}(?:api.?key|token|auth|credential)",
        "the server found no key in the request",
        "check `api` and `headers`: the key may go under another header's name",
    ),
)
_PERMISSION = (
    _Rule(
        r"countr|region|territor|location",
        "the provider does not serve this region",
        "use a proxy in a region that it serves",
    ),
    _Rule(
        r"\bip\b|allow.?list|white.?list",
        "the key may not be used from this address",
        "add this host's IP address to the key's allow-list",
    ),
    _Rule(
        r"scope|missing permission",
        "the key lacks a permission",
        "give the key that permission, or make one without limits",
    ),
)
_CREDIT = (
    _DAILY,
    _Rule(
        r"spend|hard.?limit|budget|monthly|usage limit",
        "a spending limit is reached",
        "raise the limit in the provider's console",
    ),
    _Rule(r"", "out of credit", "top up in the provider's console"),
)
_RATE = (
    _DAILY,
    _Rule(
        r"tokens? per|\btpm\b|token (?:rate|limit)",
        "too many tokens a minute",
        "send fewer tokens, or raise the plan",
    ),
    _Rule(
        r"concurren|parallel|simultaneous",
        "too many requests at the same time",
        "probe fewer targets of this provider",
    ),
    _Rule(
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
    "not_found": "check `models` against `relaytop models`, and base_url with the provider",
    "bad_request": "check [probe] in the config against what the model accepts",
    "overloaded": "wait, or use another provider",
    "server_error": "wait; if it persists, contact the provider",
    "gateway": "check the relay's log, or wait",
    "timeout": "raise `timeout`, or check the network path",
    "dns": "check the host name in base_url and this host's DNS resolver",
    "connect": "check host and port in base_url, and any firewall in between",
    "tls": "check the certificate, `ca_file` and this host's clock",
    "protocol": "check `api` and base_url: another server may be answering",
    "truncated": "retry; if it persists, a proxy truncates replies",
    "too_large": "check base_url: another server may be answering",
}
_KINDS = {"requests": "requests", "input_tokens": "tokens", "output_tokens": "tokens"}


def diagnose(
    failure: Failure,
    provider: Provider,
    *,
    limits: RateLimit | None = None,
    wait_s: float | None = None,
    suggested: str = "",
) -> Diagnosis:
    """Return why a request failed, and how to mend it.

    Args:
        failure: Its class and the server's message, safe to show.
        provider: The one that refused, with its key.
        limits: The limits in the reply's headers.
        wait_s: Seconds that the server asks to wait.
        suggested: The suggestion of another model, for one that is not there; empty without.
    """
    kind = failure.error_class
    meaning, remedy = _by_class(failure, provider, limits)
    if kind == "rate_limited" and wait_s:
        remedy = f"wait {wait_s:.0f} s, as the server asks; {remedy}"
    if kind == "not_found" and suggested:
        remedy = suggested
    level = BAD
    if kind == "bad_request" and _ONE_TOKEN.search(failure.message):
        level, meaning = WARN, "the model rejects one-token replies, so the rest is untested"
        remedy = "raise `max_tokens` under [probe] in the config"
    message = clean(failure.message, MESSAGE_LIMIT)
    return Diagnosis(level, f"{meaning} ({message})" if message else meaning, remedy)


def _by_class(failure: Failure, provider: Provider, limits: RateLimit | None) -> tuple[str, str]:
    kind = failure.error_class
    by_header = header_demand(failure, provider)
    if by_header is not None:
        return by_header
    by_key = _by_key(provider) if kind == "auth" else None
    if by_key is not None:
        return by_key
    if failure.message.startswith(PROXY_REFUSED):
        return proxy_refusal(provider, failure.message)
    shorter = without_endpoint(provider.base_url)
    if kind == "not_found" and shorter != provider.base_url:
        return MEANING[kind], f'write base_url = "{shorter}": the endpoint is appended to it'
    for pattern, meaning, remedy in _RULES.get(kind, ()):
        if re.search(pattern, failure.message, re.IGNORECASE):
            return meaning, remedy
    if kind == "rate_limited":
        return _by_limits(limits)
    if kind == "auth":
        return "the server rejected the key", _REMEDIES["auth"]
    return MEANING[kind], _REMEDIES[kind]


def _by_key(provider: Provider) -> tuple[str, str] | None:
    """Return why a key is refused, where its text shows it."""
    if provider.key is None:
        return "the server requires a key and none is configured", "give `api_key_env`"
    problem = find_key_problem(provider)
    if problem is None:
        return None
    return f"the key is rejected: {problem.meaning}", problem.remedy


def _by_limits(limits: RateLimit | None) -> tuple[str, str]:
    """Return which limit is used up, by the headers."""
    tightest = limits.tightest if limits is not None else None
    if tightest is not None and tightest[1].remaining == 0:
        what = _KINDS.get(tightest[0], "tokens")
        return f"the limit of {what} is reached", "probe less often, or raise the plan"
    return "too many requests; the server does not say which limit", "probe less often (`interval`)"
