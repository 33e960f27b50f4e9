"""Savings by moving to a relay: exact sums, rounded only when they are shown."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relaytop.config.settings import Price

MONTHS = 12
PER_MILLION = 1_000_000


class ModelTokens(NamedTuple):
    """A month's tokens of one model."""

    input: Decimal
    output: Decimal

    @property
    def total(self) -> Decimal:
        """Input and output together."""
        return self.input + self.output


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """Cost of tokens on either side, in USD."""

    tokens: Decimal | int
    official_usd: Decimal
    relay_usd: Decimal

    @property
    def saved_usd(self) -> Decimal:
        """Saved USD; negative: the relay costs more."""
        return self.official_usd - self.relay_usd

    @property
    def saved_share(self) -> Decimal | None:
        """Saved share of the official cost; None where that is 0."""
        return self.saved_usd / self.official_usd if self.official_usd else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSums(Sums):
    """One model's part of a month."""

    model: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Month(Sums):
    """A month at one size."""

    models: tuple[ModelSums, ...]

    @property
    def saved_year_usd(self) -> Decimal:
        """Saved USD in twelve such months."""
        return self.saved_usd * MONTHS

    def payback_months(self, migration_usd: Decimal) -> Decimal | None:
        """Return after how many months a migration has paid for itself; None: never."""
        return migration_usd / self.saved_usd if self.saved_usd > 0 else None

    def roi(self, migration_usd: Decimal) -> Decimal | None:
        """Return the first year's return on a migration's cost, 1 = 100 %; None without a cost."""
        if migration_usd <= 0:
            return None
        return (self.saved_year_usd - migration_usd) / migration_usd


def split_tokens(
    tokens: int, mix: Mapping[str, Decimal], output_share: Decimal
) -> dict[str, ModelTokens]:
    """Divide a month's tokens among models.

    Args:
        tokens: Of the month, input and output together.
        mix: Model → its share of the tokens; shares that were rounded are scaled to add up to 1.
        output_share: Share of each model's tokens that are output, 0 to 1.
    """
    total = sum(mix.values(), Decimal(0))
    found = {}
    for model, share in mix.items():
        part = tokens * share / total
        found[model] = ModelTokens(part * (1 - output_share), part * output_share)
    return found


def compare_month(
    tokens: int,
    used: Mapping[str, ModelTokens],
    official: Mapping[str, Price],
    relay: Mapping[str, Price],
) -> Month:
    """Return what a month costs on either side.

    Args:
        tokens: Of the month, all models together.
        used: Model → its part of them.
        official: Model → USD per million tokens.
        relay: The same at the relay.
    """
    models = tuple(
        ModelSums(
            model=model,
            tokens=part.total,
            official_usd=_cost_usd(part, official[model]),
            relay_usd=_cost_usd(part, relay[model]),
        )
        for model, part in used.items()
    )
    return Month(
        tokens=tokens,
        official_usd=sum((each.official_usd for each in models), Decimal(0)),
        relay_usd=sum((each.relay_usd for each in models), Decimal(0)),
        models=models,
    )


def _cost_usd(part: ModelTokens, price: Price) -> Decimal:
    total = part.input * _exact(price.input) + part.output * _exact(price.output)
    return total / PER_MILLION


def _exact(rate: float) -> Decimal:
    """Return a price as it was written: 0.42, not what floats and their products make of it."""
    return Decimal(f"{rate:.12g}")
