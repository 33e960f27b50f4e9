"""Findings of a provider's model list: the key, the base URL and the models offered."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from relaytop.config.steady_clock import STEADY
from relaytop.jobs.check.base_url import alternatives, without_endpoint
from relaytop.jobs.check.certificate import certificate_finding
from relaytop.jobs.check.clock import clock_finding
from relaytop.jobs.check.findings import WARN, Subject
from relaytop.jobs.check.gateway_headers import header_demand
from relaytop.jobs.check.handshake import handshake_finding
from relaytop.jobs.check.protocol_finding import protocol_finding
from relaytop.jobs.check.refusal import MESSAGE_LIMIT, diagnose
from relaytop.probe.exchange import PROXY_407
from relaytop.probe.models_request import request_models
from relaytop.wire.text import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaytop.config.settings import Provider
    from relaytop.jobs.check.findings import Finding
    from relaytop.probe.models_request import ModelsResponse
    from relaytop.probe.transport_settings import TransportSettings
    from relaytop.wire.facts import Failure

_FATAL_CLASSES = frozenset({"auth", "credit", "dns", "connect", "tls"})
"""Classes after which a reply would fail as well."""
_RIGHT_PLACE_CLASSES = frozenset({"auth", "credit", "rate_limited", "overloaded", "permission"})
"""Classes of an answer that only the API itself gives."""
_SUCCESS = 2
"""HTTP's class of good statuses."""
_LIST_ONLY_CLASSES = frozenset({"permission", "not_found", "bad_request", "rate_limited"})
"""Classes that may concern the list alone."""


@dataclass(frozen=True, slots=True)
class ModelsResult:
    """The models offered, and what was found."""

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
        findings += await _tls_behind_proxy(provider, transport, response)
    if failure is None:
        findings.append(_list_finding(subject, response))
    elif (protocol := await protocol_finding(provider, transport, response)) is not None:
        findings.append(protocol)
        would_fail = True
    elif _may_be_elsewhere(provider, response, failure):
        elsewhere = await _find_elsewhere(provider, transport)
        findings.append(elsewhere or _no_list_finding(provider, response, failure))
        would_fail = elsewhere is not None or (would_fail and not response.is_web_page)
    elif failure.error_class != "tls":
        findings.append(_refusal(provider, failure))
    elif not findings:
        findings.append(await handshake_finding(provider, transport, failure.message))
    clock = clock_finding(subject, response.date, STEADY.to_wall(response.ended_at))
    findings += [clock] if clock is not None else []
    return ModelsResult(response.models, findings, would_fail)


async def _tls_behind_proxy(
    provider: Provider, transport: TransportSettings, response: ModelsResponse
) -> list[Finding]:
    version, failure = response.tls_version, response.failure
    if version is not None:
        subject = Subject(provider.name)
        return [certificate_finding(subject, response.certificate, version, time.time())]
    if failure is not None and failure.error_class == "tls":
        return [await handshake_finding(provider, transport, failure.message)]
    return []


def _may_be_elsewhere(provider: Provider, response: ModelsResponse, failure: Failure) -> bool:
    """Return whether an answer may come from a server whose API is at another base URL."""
    if response.status is None or failure.message == PROXY_407:
        return False
    if response.is_web_page or without_endpoint(provider.base_url) != provider.base_url:
        return True
    if header_demand(failure, provider) is not None:
        return False
    return failure.error_class not in _RIGHT_PLACE_CLASSES


def _list_finding(subject: Subject, response: ModelsResponse) -> Finding:
    if not response.models:
        meaning = "the list at /models is empty: the key may have no access to any model"
        remedy = "give the key access to models in the provider's console"
        return subject.warn("models", meaning, remedy)
    count = len(response.models)
    took = "" if response.latency_ms is None else f" ({response.latency_ms:.0f} ms)"
    return subject.good("models", f"{count} {'model' if count == 1 else 'models'} offered{took}")


def _refusal(provider: Provider, failure: Failure) -> Finding:
    found = diagnose(failure, provider)
    level = WARN if failure.error_class in _LIST_ONLY_CLASSES else found.level
    return Subject(provider.name).finding("models", level, found.meaning, found.remedy)


async def _find_elsewhere(provider: Provider, transport: TransportSettings) -> Finding | None:
    """Return a fault where the API answers at another base URL."""
    for candidate in alternatives(provider):
        other = await request_models(candidate, transport)
        refused = other.failure is not None and other.failure.error_class == "auth"
        if other.failure is None or (refused and not other.is_web_page):
            meaning = f"no API at {provider.base_url}; found it at {candidate.base_url}"
            remedy = f'write base_url = "{candidate.base_url}"'
            return Subject(provider.name).bad("models", meaning, remedy)
    return None


def _no_list_finding(provider: Provider, response: ModelsResponse, failure: Failure) -> Finding:
    """Return what an answer that is no list says, where the API is at no other base URL."""
    what = f"HTTP {response.status}"
    if response.is_web_page:
        what = "a web page"
    elif response.status is not None and response.status // 100 == _SUCCESS:
        what = clean(f"{what}, {failure.message}", MESSAGE_LIMIT)
    elif failure.error_class != "not_found":
        return _refusal(provider, failure)
    meaning = f"no model list at /models ({what}), so ids cannot be compared"
    remedy = "see the reply below; if that fails too, fix base_url"
    return Subject(provider.name).warn("models", meaning, remedy)
