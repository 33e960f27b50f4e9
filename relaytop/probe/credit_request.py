"""A provider asked for what is left there: free requests, none of which raises."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from relaytop.probe.credentials import credentials
from relaytop.probe.exchange import Exchange
from relaytop.probe.transport import StampedTransport
from relaytop.wire.facts import Failure, Request
from relaytop.wire.failure import classify
from relaytop.wire.json_document import parse
from relaytop.wire.request import headers_for, key_header
from relaytop.wire.text import safe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaytop.config.settings import Provider
    from relaytop.probe.transport_settings import TransportSettings
    from relaytop.wire.credit_systems import CreditSystem
    from relaytop.wire.facts import CreditFacts

TIMEOUT_S = 15.0
MAX_BYTES = 256 * 1024
_OK = 200
_UNREACHABLE = frozenset({"timeout", "dns", "connect", "tls", "rate_limited"})
"""Classes of failures after which another system is not worth a request."""
_PASSING = _UNREACHABLE | {"overloaded", "server_error", "gateway", "truncated", "protocol"}
"""Classes of failures of a page that this key may see at another time."""


@dataclass(frozen=True, slots=True)
class CreditAnswer:
    """What a provider said."""

    facts: CreditFacts | None = None
    system: CreditSystem | None = None
    """The one that it is; None where no answer told it."""
    failure: Failure | None = None
    """The reason why nothing is known, safe to show; None where something is."""


async def request_credit(
    provider: Provider, settings: TransportSettings, systems: Sequence[CreditSystem]
) -> CreditAnswer:
    """Ask a provider as one system after another, until one answers.

    Args:
        provider: With its key.
        settings: How it is reached.
        systems: Those that it may be, the likeliest first.
    """
    first: Failure | None = None
    for system in systems:
        documents: list[object] = []
        for url in system.urls(provider):
            found = await _get(provider, settings, url)
            if isinstance(found, Failure):
                first = first or found
                # Of half of the pages the account would seem to have another sum for a while.
                if found.error_class in (_PASSING if documents else _UNREACHABLE):
                    return CreditAnswer(failure=found)
                if not documents:
                    break
                documents.append(None)  # as an account's page that this key may not see
            else:
                documents.append(found)
        if documents:
            facts = system.read(documents, provider)
            if facts is not None:
                return CreditAnswer(facts, system)
    if first is None or first.error_class == "not_found":
        first = Failure("not_found", "the provider does not tell what is left")
    return CreditAnswer(failure=first)


async def _get(provider: Provider, settings: TransportSettings, url: str) -> object:
    """Return the document at a URL of the provider's, or why there is none."""
    # As bearer in whichever wire API it is probed: all of them want it so.
    own = key_header(provider, "Authorization", "Bearer {}")
    request = Request("GET", url, headers_for(provider, own), b"")
    transport = StampedTransport(settings)
    exchange = Exchange(transport)
    try:
        await exchange.run(request, TIMEOUT_S)
    finally:
        await transport.aclose()
    secrets = credentials(provider)
    raw = exchange.raw_reply(secrets, time.time()) if exchange.failure is None else None
    if raw is None:
        failure = exchange.failure or Failure("protocol", "no answer")
        return Failure(failure.error_class, safe(failure.message, secrets))
    if raw.status != _OK:
        return classify(raw.status, raw.headers, raw.body, raw.secrets)
    document = await asyncio.to_thread(parse, raw.body) if len(raw.body) <= MAX_BYTES else None
    return document if isinstance(document, dict) else Failure("protocol", "not a JSON object")
