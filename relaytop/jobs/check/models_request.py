"""One GET /models and its response: the list, the headers, the certificate."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from relaytop.probe.exchange import Exchange
from relaytop.probe.prober import MODELS_TIMEOUT_S, SHORT_SECRET
from relaytop.probe.transport import StampedTransport
from relaytop.wire.apis import api_named
from relaytop.wire.facts import Failure
from relaytop.wire.failure import is_web_page
from relaytop.wire.headers import lowered
from relaytop.wire.text import safe, without_keys

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from relaytop.config.settings import Provider
    from relaytop.probe.transport_settings import TransportSettings


@dataclass(frozen=True, slots=True)
class ModelsResponse:
    """The response to one request."""

    models: tuple[str, ...] = ()
    failure: Failure | None = None
    """Why there is no list, safe to show."""
    status: int | None = None
    is_web_page: bool = False
    date: str | None = None
    """The `Date` header."""
    ended_at: float = 0.0
    """When it was complete, Unix seconds."""
    latency_ms: float | None = None
    tls_version: str | None = None
    certificate: Mapping[str, Any] | None = None


async def request_models(provider: Provider, settings: TransportSettings) -> ModelsResponse:
    """Request the model list; costs nothing and never raises on what a server does."""
    api, transport = api_named(provider.api), StampedTransport(settings)
    exchange = Exchange(transport, time.time)
    version, certificate = None, None
    try:
        await exchange.run(api.models_request(provider), MODELS_TIMEOUT_S)
        stream = transport.backend.stream
        ssl_object = stream.get_extra_info("ssl_object") if stream is not None else None
        if ssl_object is not None and stream is not None:
            version, certificate = ssl_object.version(), stream.get_extra_info("peercert")
    finally:
        await transport.aclose()
    secrets = _secrets(provider)
    failure = exchange.failure
    body = b"".join(exchange.body.pieces()) if exchange.body is not None else b""
    models: tuple[str, ...] = ()
    if failure is None:
        found = await asyncio.to_thread(
            api.read_models, exchange.status or 0, exchange.headers, body, secrets
        )
        if isinstance(found, Failure):
            failure = found
        else:
            models = tuple(without_keys(found, secrets))
    else:
        failure = Failure(failure.error_class, safe(failure.message, secrets))
    headers = lowered(exchange.headers)
    return ModelsResponse(
        models=models,
        failure=failure,
        status=exchange.status,
        is_web_page=exchange.failure is None and is_web_page(headers, body),
        date=headers.get("date"),
        ended_at=exchange.ended_at,
        latency_ms=exchange.latency_ms,
        tls_version=version,
        certificate=certificate,
    )


def models_url(provider: Provider) -> str:
    """Return the URL of `request_models`."""
    return api_named(provider.api).models_request(provider).url


def _secrets(provider: Provider) -> Sequence[str]:
    key = [provider.key.reveal()] if provider.key else []
    return key + [value for value in provider.headers.values() if len(value) >= SHORT_SECRET]
