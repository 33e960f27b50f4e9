"""One GET /models and its response: the list, the headers, the certificate."""

from __future__ import annotations

import asyncio
import contextlib
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from relaytop.probe.credentials import credentials
from relaytop.probe.exchange import Exchange
from relaytop.probe.transport import StampedTransport
from relaytop.wire.apis import api_named
from relaytop.wire.facts import Failure, ModelList
from relaytop.wire.failure import is_web_page
from relaytop.wire.text import safe, without_keys

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relaytop.config.settings import Provider
    from relaytop.probe.transport_settings import TransportSettings
    from relaytop.wire.raw_reply import RawReply

TIMEOUT_S = 15.0


@dataclass(frozen=True, slots=True)
class ModelsResponse:
    """The response to one request."""

    models: tuple[str, ...] = ()
    modes: Mapping[str, str] = field(default_factory=dict)
    """Model → the mode in which it can be probed, where that is not `chat`."""
    failure: Failure | None = None
    """The reason that there is no list, safe to show."""
    status: int | None = None
    is_web_page: bool = False
    date: str | None = None
    """The `Date` header."""
    ended_at: float = 0.0
    """The moment when it was complete, Unix seconds."""
    latency_ms: float | None = None
    tls_version: str | None = None
    certificate: Mapping[str, Any] | None = None


async def request_models(provider: Provider, settings: TransportSettings) -> ModelsResponse:
    """Request the model list; costs nothing and never raises on what a server does.

    Args:
        provider: With its key.
        settings: How it is reached.
    """
    transport = StampedTransport(settings)
    exchange = Exchange(transport)
    version, certificate = None, None
    try:
        await exchange.run(api_named(provider.api).models_request(provider), TIMEOUT_S)
        session = transport.backend.stream.tls if transport.backend.stream is not None else None
        if session is not None:
            with contextlib.suppress(ValueError):  # the handshake was not finished
                certificate = session.getpeercert()
                version = session.version()
    finally:
        await transport.aclose()
    secrets = credentials(provider)
    raw = exchange.raw_reply(secrets, time.time()) if exchange.failure is None else None
    found: ModelList | Failure
    if raw is not None:
        found = await asyncio.to_thread(_read_models, provider, raw)
    else:
        failure = exchange.failure or Failure("protocol", "no answer")
        found = Failure(failure.error_class, safe(failure.message, secrets))
    return ModelsResponse(
        models=() if isinstance(found, Failure) else found.ids,
        modes={} if isinstance(found, Failure) else found.modes,
        failure=found if isinstance(found, Failure) else None,
        status=exchange.status,
        is_web_page=raw is not None and is_web_page(raw.headers, raw.body),
        date=exchange.headers.get("date"),
        ended_at=exchange.ended_at,
        latency_ms=exchange.latency_ms,
        tls_version=version,
        certificate=certificate,
    )


def models_url(provider: Provider) -> str:
    """Return the URL of `request_models`."""
    return api_named(provider.api).models_request(provider).url


def _read_models(provider: Provider, raw: RawReply) -> ModelList | Failure:
    found = api_named(provider.api).read_models(raw)
    if isinstance(found, Failure):
        return found
    # An id that quotes a key cannot be shown, and with the key taken out it names no model.
    ids = tuple(without_keys(found.ids, raw.secrets))
    return ModelList(ids, {model: found.modes[model] for model in ids if model in found.modes})
