"""One request to one target becomes one Sample: one attempt, never retried, never an exception."""

from __future__ import annotations

import asyncio
import dataclasses
import time
from functools import partial
from typing import TYPE_CHECKING, Self

from relaytop.pricing.cost import cost_usd
from relaytop.probe.attempt import Attempt
from relaytop.probe.errors import PathError
from relaytop.probe.route import route_to
from relaytop.probe.sample import Sample
from relaytop.probe.transport import StampedTransport
from relaytop.wire.adaptations import adapt, adapted_max_tokens
from relaytop.wire.apis import api_named
from relaytop.wire.facts import Failure
from relaytop.wire.headers import lowered, relay_ms, request_id, server_ms
from relaytop.wire.ratelimit import read_rate_limit
from relaytop.wire.text import safe, safe_lines, without_keys

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from relaytop.config.settings import Price, Provider, Target
    from relaytop.probe.route import Route
    from relaytop.wire.facts import Reply, Request

MODELS_TIMEOUT_S = 15.0
SHORT_SECRET = 8
QUICK_BYTES = 32 * 1024
"""Replies up to this size are read on the loop; a larger one would keep it from other stamps."""


class Prober:
    """Probes the targets of one provider, each over a connection of its own.

    Args:
        provider: Where and how.
        clock: Unix seconds.
        keep_text: Whether samples carry what the model said.
        adaptations: What targets have taught, shared with other probers of the provider.
    """

    def __init__(
        self,
        provider: Provider,
        clock: Callable[[], float] = time.time,
        *,
        keep_text: bool = False,
        adaptations: dict[str, frozenset[str]] | None = None,
    ) -> None:
        self._provider = provider
        self._keep_text = keep_text
        self._clock = clock
        self._api = api_named(provider.api)
        self._route: Route | PathError
        try:
            # Here and not at the first probe: reading certificates would hold up others' replies.
            self._route = route_to(provider)
        except PathError as error:
            self._route = error
        self._prices = provider.prices
        self._transports: dict[str, StampedTransport] = {}
        self._adaptations = {} if adaptations is None else adaptations
        secrets = [provider.key.reveal()] if provider.key else []
        # A custom header may carry a credential; a short value would hide ordinary words.
        self._secrets = secrets + [v for v in provider.headers.values() if len(v) >= SHORT_SECRET]

    async def probe(self, target: Target, due_at: float) -> Sample:
        """Probe a target once.

        Args:
            target: One of this provider's; at most one probe of it may run at a time.
            due_at: When the cadence wanted it, Unix seconds.
        """
        transport = self._transports.get(target.id)
        if transport is None and not isinstance(self._route, PathError):
            transport = self._transports[target.id] = StampedTransport(self._route)
        attempt = Attempt(transport, self._clock)
        adaptations = self._adaptations.get(target.id, frozenset())
        try:
            request = self._api.build(target, self._provider, adaptations)
            await self._run(attempt, request, target.timeout_s)
            reply = await self._reply(attempt)
            least = self._adapt(target, adaptations, reply)
            return self._sample(target, due_at, attempt, reply, least)
        except Exception as error:  # noqa: BLE001 - our own fault must cost one sample, no more
            words = f"relaytop could not read this reply ({type(error).__name__}: {error})"
            failure = Failure("protocol", safe(words, self._secrets))
            return Sample(
                target=target.id,
                due_at=due_at,
                sent_at=attempt.sent_at,
                ended_at=attempt.ended_at,
                failure=failure,
                http_status=attempt.status,
            )

    async def _run(self, attempt: Attempt, request: Request, timeout_s: float) -> None:
        if isinstance(self._route, PathError):
            attempt.failure = Failure(self._route.error_class, str(self._route))
        else:
            await attempt.run(request, timeout_s)

    def _adapt(self, target: Target, sent: frozenset[str], reply: Reply | None) -> int | None:
        """Keep what a refusal teaches; return the bound on the next replies if that raises it.

        Args:
            target: Which was probed.
            sent: What was known when the request was built.
            reply: What came of it.
        """
        if reply is None or reply.adaptation is None:
            return None
        before = adapted_max_tokens(sent, target.max_tokens)
        adaptations = adapt(self._adaptations.get(target.id, frozenset()), reply.adaptation, before)
        self._adaptations[target.id] = adaptations
        after = adapted_max_tokens(adaptations, target.max_tokens)
        return after if after > before else None

    def _sample(
        self,
        target: Target,
        due_at: float,
        attempt: Attempt,
        reply: Reply | None,
        least_tokens: int | None,
    ) -> Sample:
        failure = attempt.failure
        if reply is not None and reply.failure is not None:
            failure = reply.failure  # the body's own words say more than how it ended
        if failure is not None:
            failure = Failure(failure.error_class, safe(failure.message, self._secrets))
        # Of a failed one too: a reply that was cut off after its usage is billed.
        usage = reply.usage if reply else None
        cost, source = (None, None)
        if usage is not None:
            cost, source = cost_usd(usage, self._prices.get(target.model))
        headers = lowered(attempt.headers)
        limits = read_rate_limit(headers, self._clock()) if headers else None
        good = failure is None
        return Sample(
            target=target.id,
            due_at=due_at,
            sent_at=attempt.sent_at,
            ended_at=attempt.ended_at,
            failure=failure,
            stale=attempt.stale,
            latency_ms=attempt.latency_ms if good else None,
            ttft_ms=attempt.ttft_ms(reply) if good and reply else None,
            phases=attempt.phases(),
            usage=usage,
            cost_usd=cost,
            price_source=source,
            http_status=attempt.status,
            request_id=request_id(headers, self._secrets),
            rate_limit=limits or (reply.rate_limit if reply else None),
            retry_after_s=reply.retry_after_s if reply else None,
            server_ms=server_ms(headers),
            relay_ms=relay_ms(headers),
            least_tokens=least_tokens,
            text=reply.text if reply and self._keep_text else None,
        )

    async def _reply(self, attempt: Attempt) -> Reply | None:
        if attempt.status is None or attempt.body is None:
            return None
        if attempt.failure is not None and attempt.failure.error_class != "truncated":
            return None
        read = partial(
            self._read,
            attempt.status,
            attempt.headers,
            attempt.body.pieces(),
            ended_cleanly=attempt.failure is None,
        )
        return read() if attempt.body.size <= QUICK_BYTES else await asyncio.to_thread(read)

    def _read(
        self,
        status: int,
        headers: Sequence[tuple[bytes, bytes]],
        chunks: Sequence[bytes],
        *,
        ended_cleanly: bool,
    ) -> Reply:
        reply = self._api.read_reply(
            status,
            headers,
            chunks,
            ended_cleanly=ended_cleanly,
            secrets=self._secrets,
            now=self._clock(),
        )
        if self._keep_text and reply.text:
            return dataclasses.replace(reply, text=safe_lines(reply.text, self._secrets))
        return reply

    def set_prices(self, prices: Mapping[str, Price]) -> None:
        """Take the prices of models, in place of those before."""
        self._prices = prices

    def clone(self) -> Self:
        """Return another with connections of its own, which shares what targets have taught."""
        clone = type(self)(
            self._provider, self._clock, keep_text=self._keep_text, adaptations=self._adaptations
        )
        clone.set_prices(self._prices)
        return clone

    async def models(self) -> tuple[str, ...] | Failure:
        """Ask what the provider offers; costs nothing."""
        transport = None if isinstance(self._route, PathError) else StampedTransport(self._route)
        attempt = Attempt(transport, self._clock)
        try:
            await self._run(attempt, self._api.models_request(self._provider), MODELS_TIMEOUT_S)
        finally:
            if transport is not None:
                await transport.aclose()
        if attempt.failure is not None or attempt.status is None or attempt.body is None:
            failure = attempt.failure or Failure("protocol", "no answer")
            return Failure(failure.error_class, safe(failure.message, self._secrets))
        body = b"".join(attempt.body.pieces())
        return await asyncio.to_thread(self._offer, attempt.status, attempt.headers, body)

    def _offer(
        self, status: int, headers: Sequence[tuple[bytes, bytes]], body: bytes
    ) -> tuple[str, ...] | Failure:
        found = self._api.read_models(status, headers, body, self._secrets)
        if isinstance(found, Failure):
            return found
        # An id that quotes a key cannot be shown, and with the key taken out it names no model.
        return tuple(without_keys(found, self._secrets))

    async def aclose(self) -> None:
        """Close every connection."""
        transports = list(self._transports.values())
        self._transports.clear()
        for transport in transports:
            await transport.aclose()
