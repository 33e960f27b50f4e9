"""The estimated cost of probing, before anything is sent."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from relaytop.config.settings import Price
from relaytop.pricing.cost import PER_MILLION

if TYPE_CHECKING:
    from relaytop.config.settings import Provider, Target

BYTES_PER_TOKEN = 4
"""Of English; by bytes, so that scripts with a token a letter are not estimated too low."""
FRAME_TOKENS = 8
"""Tokens of a chat message beside its text."""
NONCE_TOKENS = 3
"""Tokens of the nonce before a prompt: four random characters and a blank."""
HOUR_S = 3600


@dataclass(frozen=True, slots=True)
class Estimate:
    """A cost per hour, an upper bound."""

    usd_per_h: float
    known: bool
    """False where the price was assumed."""


def least_usd(target: Target, price: Price) -> float:
    """Return the least that an answered probe costs: the request's own length and one token.

    Input that was read from a cache may be cheaper.

    Args:
        target: Its messages, and whether a nonce is before them.
        price: The model's.
    """
    rate = price.input if price.cached_input is None else min(price.input, price.cached_input)
    generated = price.output if target.generates else 0.0
    return (_given_tokens(target) * rate + generated) / PER_MILLION + price.request


def _given_tokens(target: Target) -> float:
    """Return the tokens of a probe's request, by its length."""
    given = sum(
        len(content.encode(errors="replace")) / BYTES_PER_TOKEN + FRAME_TOKENS
        for _role, content in target.request_messages
    )
    extra = len(json.dumps(target.extra)) / BYTES_PER_TOKEN if target.extra else 0
    return given + extra + (NONCE_TOKENS if target.unique else 0)


def reserve_usd(target: Target, price: Price | None, assumed_price: float) -> tuple[float, bool]:
    """Return (USD, known): the most that one probe can cost, at the assumed price if need be.

    Args:
        target: Its messages, whether a nonce is before them, and its bound on the reply.
        price: The model's; None where it is unknown.
        assumed_price: USD per million tokens, for that case.
    """
    known = price is not None
    if price is None:
        price = Price(assumed_price, assumed_price)
    generated = target.max_tokens * target.replies if target.generates else 0
    tokens = (_given_tokens(target) * price.input + generated * price.output) / PER_MILLION
    return tokens + price.request, known


def estimate_usd_per_h(target: Target, provider: Provider, assumed_price: float) -> Estimate:
    """Estimate the cost of an hour at the target's interval, every reply at its full length."""
    once, known = reserve_usd(target, provider.prices.get(target.model), assumed_price)
    return Estimate(once * HOUR_S / target.interval_s, known)
