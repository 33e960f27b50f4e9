"""Findings of a provider's model list: the key, the base URL and the models on offer."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from relaytop.jobs.check.base_url import alternatives
from relaytop.jobs.check.certificate import certificate_finding, handshake_failure
from relaytop.jobs.check.clock import clock_finding
from relaytop.jobs.check.findings import BAD, WARN, Subject
from relaytop.jobs.check.refusal import diagnose
from relaytop.probe.models_request import request_models

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaytop.config.settings import Provider
    from relaytop.jobs.check.findings import Finding
    from relaytop.probe.models_request import ModelsResponse
    from relaytop.probe.transport_settings import TransportSettings
    from relaytop.wire.facts import Failure

NOT_FOUND = 404
_FATAL_CLASSES = frozenset({"auth", "credit", "dns", "connect", "tls"})
"""Classes after which a reply would fail as well."""
_LIST_ONLY_CLASSES = frozenset({"permission", "not_found", "bad_request", "rate_limited"})
"""Classes that may concern the list alone."""


@dataclass(frozen=True, slots=True)
class ModelsResult:
    """The models on offer, and what was found."""

    models: Sequence[str]
    findings: Sequence[Finding]
    replies_would_fail: bool


async def check_models(provider: Provider, transport: TransportSettings) -> ModelsResult:
    """Request the model list; where there is none, under the base URL's likely other forms too."""
    subject = Subject(provider.name)
    response = await request_models(provider, transport)
    failure = response.failure
    would_fail = failure is not None and failure.error_class in _FATAL_CLASSES
    findings: list[Finding] = []
    if transport.proxy is not None and provider.base_url.startswith("https:"):
        findings += _tls_behind_proxy(subject, response)
    if failure is None:
        findings.append(_list_finding(subject, response))
    elif response.status == NOT_FOUND or response.is_web_page:
        findings.append(await _try_other_base_urls(provider, transport, response))
        would_fail = findings[-1].level == BAD
    elif failure.error_class != "tls" or not findings:
        findings.append(_refusal(provider, failure))
    clock = clock_finding(subject, response.date, response.ended_at)
    findings += [clock] if clock is not None else []
    return ModelsResult(response.models, findings, would_fail)


def _tls_behind_proxy(subject: Subject, response: ModelsResponse) -> list[Finding]:
    version, failure = response.tls_version, response.failure
    if version is not None:
        return [certificate_finding(subject, response.certificate, version, time.time())]
    if failure is not None and failure.error_class == "tls":
        return [handshake_failure(subject, failure.message)]
    return []


def _list_finding(subject: Subject, response: ModelsResponse) -> Finding:
    if not response.models:
        meaning = "the list at /models is empty: the key may see no model"
        remedy = "give the key access to models in the provider's console"
        return subject.warn("models", meaning, remedy)
    count = len(response.models)
    took = "" if response.latency_ms is None else f" ({response.latency_ms:.0f} ms)"
    return subject.good("models", f"{count} {'model' if count == 1 else 'models'} on offer{took}")


def _refusal(provider: Provider, failure: Failure) -> Finding:
    found = diagnose(failure, provider)
    level = WARN if failure.error_class in _LIST_ONLY_CLASSES else found.level
    return Subject(provider.name).finding("models", level, found.meaning, found.remedy)


async def _try_other_base_urls(
    provider: Provider, transport: TransportSettings, response: ModelsResponse
) -> Finding:
    """Return a fault where the API answers at another base URL, else a warning."""
    subject = Subject(provider.name)
    for candidate in alternatives(provider):
        other = await request_models(candidate, transport)
        refused = other.failure is not None and other.failure.error_class == "auth"
        if other.failure is None or (refused and not other.is_web_page):
            meaning = f"nothing at {provider.base_url}, but the API is at {candidate.base_url}"
            return subject.bad("models", meaning, f'write base_url = "{candidate.base_url}"')
    what = "a web page" if response.is_web_page else f"HTTP {response.status}"
    meaning = f"no list at /models ({what}), so ids cannot be compared"
    remedy = "the reply below decides; if it fails too, correct base_url"
    return subject.warn("models", meaning, remedy)
