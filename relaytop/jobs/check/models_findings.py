"""What the answer to /models tells: the key, the base URL and the models on offer."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from relaytop.jobs.check.base_url import alternatives
from relaytop.jobs.check.certificate import tls_failed, tls_good
from relaytop.jobs.check.clock import clock_finding
from relaytop.jobs.check.findings import BAD, GOOD, WARN, Finding
from relaytop.jobs.check.models_request import ask_models
from relaytop.jobs.check.refusal import explain

if TYPE_CHECKING:
    from relaytop.config.settings import Provider
    from relaytop.jobs.check.models_request import Answer
    from relaytop.probe.transport_settings import TransportSettings

NOT_THERE = 404
_HOPELESS = frozenset({"auth", "credit", "dns", "connect", "tls"})
"""Classes after which a reply would fail as well."""
_UNTOLD = frozenset({"permission", "not_found", "bad_request", "rate_limited"})
"""Classes that may concern the list alone."""


@dataclass(slots=True)
class Offer:
    """What is on offer, and what was found."""

    models: tuple[str, ...] = ()
    findings: list[Finding] = field(default_factory=list)
    useless: bool = False
    """Whether replies would fail as well."""


async def look_at_offer(provider: Provider, route: TransportSettings) -> Offer:
    """Ask for the models; where nothing is there, under the base URL's likely other forms too."""
    answer = await ask_models(provider, route)
    offer = Offer(answer.models)
    if route.proxy is not None and provider.base_url.startswith("https:"):
        offer.findings += _tls_behind_proxy(provider.name, answer)
    if answer.failure is None:
        offer.findings.append(_listed(provider.name, answer))
    elif answer.status == NOT_THERE or answer.page:
        await _look_elsewhere(provider, route, answer, offer)
    elif answer.failure.error_class != "tls" or not offer.findings:
        offer.findings.append(_refused(provider, answer))
        offer.useless = answer.failure.error_class in _HOPELESS
    else:
        offer.useless = True
    clock = clock_finding(provider.name, answer.date, answer.ended_at)
    offer.findings += [clock] if clock is not None else []
    return offer


def _tls_behind_proxy(name: str, answer: Answer) -> list[Finding]:
    if answer.tls_version is not None:
        return [tls_good(name, answer.certificate, answer.tls_version, time.time())]
    if answer.failure is not None and answer.failure.error_class == "tls":
        return [tls_failed(name, answer.failure.message)]
    return []


def _listed(name: str, answer: Answer) -> Finding:
    if not answer.models:
        words = "the list at /models is empty: the key may see no model"
        remedy = "give the key access to models in the provider's console"
        return Finding(name, None, "models", WARN, words, remedy)
    count = len(answer.models)
    took = "" if answer.latency_ms is None else f" ({answer.latency_ms:.0f} ms)"
    words = f"{count} {'model' if count == 1 else 'models'} on offer{took}"
    return Finding(name, None, "models", GOOD, words)


def _refused(provider: Provider, answer: Answer) -> Finding:
    assert answer.failure is not None  # noqa: S101 - only called where it is there
    found = explain(answer.failure, provider)
    level = WARN if answer.failure.error_class in _UNTOLD else found.level
    return Finding(provider.name, None, "models", level, found.meaning, found.remedy)


async def _look_elsewhere(
    provider: Provider, route: TransportSettings, answer: Answer, offer: Offer
) -> None:
    for candidate in alternatives(provider):
        other = await ask_models(candidate, route)
        known = other.failure is not None and other.failure.error_class == "auth"
        if other.failure is None or (known and not other.page):
            words = f"nothing at {provider.base_url}, but the API is at {candidate.base_url}"
            remedy = f'write base_url = "{candidate.base_url}"'
            offer.findings.append(Finding(provider.name, None, "models", BAD, words, remedy))
            offer.useless = True
            return
    what = "a web page" if answer.page else f"HTTP {answer.status}"
    words = f"no list at /models ({what}), so ids cannot be compared"
    remedy = "the reply below decides; if it fails too, correct base_url"
    offer.findings.append(Finding(provider.name, None, "models", WARN, words, remedy))
