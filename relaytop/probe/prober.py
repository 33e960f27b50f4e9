"""The prober: one request to one target becomes one Sample, never retried, never an exception."""

from __future__ import annotations

import asyncio
import dataclasses
import time
from typing import TYPE_CHECKING, Any, Self

from relaytop.pricing.cost import cost_usd
from relaytop.probe.credentials import extra_credentials
from relaytop.probe.credit_request import CreditAnswer, request_credit
from relaytop.probe.errors import ProbeError
from relaytop.probe.exchange import Exchange
from relaytop.probe.key_source import KeyNotice, KeySource
from relaytop.probe.models_request import request_models
from relaytop.probe.sample import Sample
from relaytop.probe.transport import StampedTransport
from relaytop.probe.transport_settings import transport_settings
from relaytop.wire.adaptations import adapt, adapted_max_tokens
from relaytop.wire.apis import api_named
from relaytop.wire.embeddings import dimension_failure
from relaytop.wire.facts import NOT_DECLARED, Failure, ModelList, Usage
from relaytop.wire.headers import relay_ms, request_id, server_ms
from relaytop.wire.nonce import NonceSequence, with_nonce
from relaytop.wire.ratelimit import read_rate_limit
from relaytop.wire.text import safe, safe_lines

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from relaytop.config.settings import Price, Provider, Secret, Target
    from relaytop.probe.transport_settings import TransportSettings
    from relaytop.wire.credit_systems import CreditSystem
    from relaytop.wire.facts import Reply, Request
    from relaytop.wire.raw_reply import RawReply
    from relaytop.wire.wire_api import WireAPI

UNAUTHORIZED = 401
QUICK_BYTES = 32 * 1024
"""Replies up to this size are read on the loop; a larger one would delay other replies' stamps."""


class Prober:
    """Probes the targets of one provider, each probe over a connection that no other uses.

    A target keeps one connection; more are open only while its probes overlap.

    Args:
        provider: Its base URL, key, API and prices.
        include_text: Whether samples carry the model's text.
        adaptations: Target → how its requests must differ, shared among probers of the provider.
        nonces: The targets' nonces, shared likewise; None: from a start of this prober's own.
        keys: The provider's key, shared likewise; None: the one that it has, and its command.
    """

    def __init__(
        self,
        provider: Provider,
        *,
        include_text: bool = False,
        adaptations: dict[str, frozenset[str]] | None = None,
        nonces: NonceSequence | None = None,
        keys: KeySource | None = None,
    ) -> None:
        self._keys = KeySource(provider) if keys is None else keys
        self._owns_keys = keys is None
        self._include_text = include_text
        self._settings: TransportSettings | ProbeError
        try:
            # Here and not at the first probe: reading certificates would delay others' replies.
            self._settings = transport_settings(provider)
        except ProbeError as error:
            self._settings = error
        self._prices = provider.prices
        self._idle: dict[str, StampedTransport] = {}
        """Target → the connection that its next probe may use."""
        self._in_use: set[StampedTransport] = set()
        self._adaptations = {} if adaptations is None else adaptations
        self._nonces = NonceSequence() if nonces is None else nonces
        self._dimensions: dict[str, int] = {}
        """Target → dimensions of its last vectors."""
        self._extra_secrets: dict[str, tuple[Mapping[str, Any], tuple[str, ...]]] = {}
        """Target → its `extra`, and what is secret in it."""

    async def probe(self, target: Target, due_at: float) -> Sample:
        """Probe a target once.

        Args:
            target: One of this provider's.
            due_at: When it was due by the cadence, Unix seconds.
        """
        sample, _raw = await self.probe_with_reply(target, due_at)
        return sample

    def adaptations_of(self, target: Target) -> frozenset[str]:
        """Return how a target's requests differ by now, learned from refusals."""
        return self._adaptations.get(target.id, frozenset())

    @property
    def _provider(self) -> Provider:
        """The provider with the key that is in use."""
        return self._keys.provider

    @property
    def _secrets(self) -> Sequence[str]:
        return self._keys.secrets

    def _secrets_of(self, target: Target) -> Sequence[str]:
        """Return what no text about a target may show: a server may quote the request's `extra`."""
        if not target.extra:
            return self._secrets
        known = self._extra_secrets.get(target.id)
        if known is None or known[0] is not target.extra:
            known = self._extra_secrets[target.id] = target.extra, extra_credentials(target)
        return [*self._secrets, *known[1]]

    def renew_key_if_due(self) -> None:
        """Ask for another key, without waiting, where this one was refused or is to expire."""
        self._keys.renew_if_due()

    async def wait_for_key(self) -> bool:
        """Wait for the key that is asked for meanwhile; return whether one is."""
        return await self._keys.wait_for_renewal()

    def drain_key_notices(self) -> list[KeyNotice]:
        """Return what became of the key since the last call."""
        return self._keys.drain_notices()

    async def probe_with_reply(
        self, target: Target, due_at: float
    ) -> tuple[Sample, RawReply | None]:
        """Probe a target once; return the reply as well, None where none can be read.

        Args:
            target: As for `probe`.
            due_at: Likewise.
        """
        key = self._provider.key
        self._keys.renew_if_due()
        transport = self._idle.pop(target.id, None)
        if transport is None and not isinstance(self._settings, ProbeError):
            transport = StampedTransport(self._settings)
        if transport is None:
            return await self._probe(target, due_at, None)
        self._in_use.add(transport)
        try:
            result = await self._probe(target, due_at, transport)
            self._judge_key(result[0], key)
        except BaseException:
            # Cancelled: the connection may be at any point of its making, or of an exchange.
            self._in_use.discard(transport)
            await transport.aclose()
            raise
        self._in_use.discard(transport)
        if target.id in self._idle:
            await transport.aclose()
        else:
            self._idle[target.id] = transport
        return result

    def _judge_key(self, sample: Sample, key: Secret | None) -> None:
        if sample.ok:
            self._keys.record_success()
        elif sample.failure is not None and (
            sample.http_status == UNAUTHORIZED or sample.failure.error_class == "auth"
        ):
            # xAI and Gemini refuse a key by 400.
            self._keys.record_refusal(key)
            self._keys.renew_if_due()

    async def _probe(
        self, target: Target, due_at: float, transport: StampedTransport | None
    ) -> tuple[Sample, RawReply | None]:
        exchange = Exchange(transport)
        adaptations = self.adaptations_of(target)
        secrets = self._secrets_of(target)
        try:
            api = api_named(self._provider.api, target.mode)
            request = api.build(self._with_nonce(target), self._provider, adaptations)
            await self._run(exchange, request, target.timeout_s)
            raw = exchange.raw_reply(secrets, time.time())
            reply = self._with_dimensions_checked(target, await self._reply(exchange, raw, api))
            least = self._adapt(target, adaptations, reply)
            return self._sample(target, due_at, exchange, reply, least), raw
        except Exception as error:  # noqa: BLE001 - our own fault must cost one sample, no more
            message = f"relaytop could not read this reply ({type(error).__name__}: {error})"
            failure = Failure("protocol", safe(message, secrets))
            sample = Sample(
                target=target.id,
                due_at=due_at,
                sent_at=exchange.sent_at,
                ended_at=exchange.ended_at,
                failure=failure,
                http_status=exchange.status,
            )
            return sample, None

    def _with_nonce(self, target: Target) -> Target:
        """Return a target whose messages begin with a nonce, unless it wants none."""
        if not target.unique:
            return target
        nonce = target.nonce or self._nonces.next(target.id)
        return dataclasses.replace(target, messages=with_nonce(target.request_messages, nonce))

    async def _run(self, exchange: Exchange, request: Request, timeout_s: float) -> None:
        if isinstance(self._settings, ProbeError):
            exchange.failure = Failure(self._settings.error_class, str(self._settings))
        else:
            await exchange.run(request, timeout_s)

    def _adapt(self, target: Target, sent: frozenset[str], reply: Reply | None) -> int | None:
        """Adapt a target's next requests to a refusal; return `max_tokens` if that raises it.

        Args:
            target: The probed one.
            sent: The adaptations with which the request was built.
            reply: Its reply.
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
        exchange: Exchange,
        reply: Reply | None,
        least_tokens: int | None,
    ) -> Sample:
        failure, secrets = exchange.failure, self._secrets_of(target)
        if reply is not None and reply.failure is not None:
            failure = reply.failure  # the body's own error says more than how it ended
        if failure is not None:
            failure = Failure(failure.error_class, safe(failure.message, secrets))
        # Of a failed one too: a reply that was cut off after its usage is billed.
        usage = reply.usage if reply else None
        cost, source = (None, None)
        if reply is not None and reply.cached is not None:
            cost, source = 0.0, "reply"  # whatever figure is quoted: the upstream was not asked
        elif usage is not None and (failure is None or usage != Usage()):
            cost, source = cost_usd(usage, self._prices.get(target.model))
        headers = exchange.headers
        limits = read_rate_limit(headers, time.time()) if headers else None
        good = failure is None
        longest_ms, median_ms = exchange.gaps_ms(reply) if good and reply else (None, None)
        return Sample(
            target=target.id,
            due_at=due_at,
            sent_at=exchange.sent_at,
            ended_at=exchange.ended_at,
            failure=failure,
            stale=exchange.stale,
            latency_ms=exchange.latency_ms if good else None,
            ttft_ms=exchange.ttft_ms(reply) if good and reply else None,
            ttft_slack_ms=exchange.ttft_slack_ms(reply) if good and reply else None,
            tok_s=exchange.tok_s(reply) if good and reply else None,
            gap_ms=longest_ms,
            gap_p50_ms=median_ms,
            clock=exchange.clock,
            late_ms=exchange.late_ms,
            phases=exchange.phases(),
            usage=usage,
            cost_usd=cost,
            price_source=source,
            http_status=exchange.status,
            request_id=request_id(headers, secrets),
            rate_limit=limits or (reply.rate_limit if reply else None),
            retry_after_s=reply.retry_after_s if reply else None,
            server_ms=server_ms(headers),
            relay_ms=relay_ms(headers),
            least_tokens=least_tokens,
            cached=reply.cached if reply else None,
            served=reply.served if reply else NOT_DECLARED,
            text=reply.text if reply and self._include_text else None,
        )

    def _with_dimensions_checked(self, target: Target, reply: Reply | None) -> Reply | None:
        """Return a reply as failed where its vectors are of other dimensions than before."""
        if reply is None or reply.failure is not None or reply.dimensions is None:
            return reply
        before = self._dimensions.get(target.id)
        self._dimensions[target.id] = reply.dimensions
        wanted = target.extra.get("dimensions")
        return dataclasses.replace(
            reply, failure=dimension_failure(reply.dimensions, wanted, before)
        )

    async def _reply(self, exchange: Exchange, raw: RawReply | None, api: WireAPI) -> Reply | None:
        if raw is None or exchange.body is None:
            return None
        if exchange.body.size <= QUICK_BYTES:
            return self._read(raw, api)
        return await asyncio.to_thread(self._read, raw, api)

    def _read(self, raw: RawReply, api: WireAPI) -> Reply:
        reply = api.read_reply(raw)
        if self._include_text and reply.text:
            return dataclasses.replace(reply, text=safe_lines(reply.text, raw.secrets))
        return reply

    def set_prices(self, prices: Mapping[str, Price]) -> None:
        """Set the prices of models, in place of those before."""
        self._prices = prices

    def clone(self) -> Self:
        """Return another with connections of its own, which shares adaptations and nonces."""
        clone = type(self)(
            self._provider,
            include_text=self._include_text,
            adaptations=self._adaptations,
            nonces=self._nonces,
            keys=self._keys,
        )
        clone.set_prices(self._prices)
        return clone

    async def list_models(self) -> ModelList | Failure:
        """List the provider's models; costs nothing."""
        self._keys.renew_if_due()  # no probe does so while the budget is reached
        if isinstance(self._settings, ProbeError):
            return Failure(self._settings.error_class, safe(str(self._settings), self._secrets))
        key = self._provider.key
        response = await request_models(self._provider, self._settings)
        if response.status == UNAUTHORIZED:
            self._keys.record_refusal(key)
            self._keys.renew_if_due()
        return response.failure or ModelList(response.models, response.modes)

    async def request_credit(self, systems: Sequence[CreditSystem]) -> CreditAnswer:
        """Ask what is left at the provider; costs nothing and never raises.

        Args:
            systems: What it may be, the likeliest first.
        """
        self._keys.renew_if_due()
        if isinstance(self._settings, ProbeError):
            message = safe(str(self._settings), self._secrets)
            return CreditAnswer(failure=Failure(self._settings.error_class, message))
        return await request_credit(self._provider, self._settings, systems)

    async def aclose(self) -> None:
        """Close every connection, and end a command of its own that is asked for a key."""
        if self._owns_keys:
            await self._keys.aclose()
        transports = [*self._idle.values(), *self._in_use]
        self._idle.clear()
        for transport in transports:
            await transport.aclose()
