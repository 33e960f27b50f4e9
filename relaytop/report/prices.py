"""Relay prices against official ones, per model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from relaytop.report.blocks import Table, Text, columns
from relaytop.report.data import Rows
from relaytop.report.snapshot import milliseconds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaytop.config.settings import Price
    from relaytop.jobs.prices import PriceComparison
    from relaytop.report.blocks import Block
    from relaytop.report.render import TextOptions

COLUMNS = columns(
    "target",
    "in",
    "out",
    "official in",
    "official out",
    "saved",
    "P50",
    "advertised",
    left=("target",),
)


@dataclass(frozen=True, slots=True)
class PricesReport:
    """Each model's prices, in USD per million tokens, and the share that is saved."""

    models: Sequence[PriceComparison]
    output_share: float
    """Share of the tokens that are output, 0 to 1."""

    def document(self) -> Rows:
        """Return a row a model."""
        rows = [
            {
                "target": each.target,
                "relay": _rates(each.relay),
                "price_source": each.relay and each.relay.source,
                "official": _rates(each.official),
                "saved_share": each.saved_share(self.output_share),
                "p50_ms": each.p50_ms,
                "advertised_ms": each.advertised_ms,
            }
            for each in self.models
        ]
        return Rows("prices", rows)

    def blocks(self, _options: TextOptions) -> list[Block]:
        """Return the table, and what its figures mean."""
        rows = [
            (
                each.target,
                *_pair(each.relay),
                *_pair(each.official),
                _saved(each.saved_share(self.output_share)),
                milliseconds(each.p50_ms),
                "" if each.advertised_ms is None else f"<{each.advertised_ms:g}",
            )
            for each in self.models
        ]
        notes = (
            f"USD per million tokens; saved: at {self.output_share:.0%} output, "
            "against today's list price of the model's maker."
        )
        fees = {
            f"${price.request:g} a request for {each.target}{where}"
            for each in self.models
            for price, where in ((each.relay, ""), (each.official, ", official"))
            if price is not None and price.request
        }
        if fees:
            notes += (
                f"\nIn addition to tokens, not included in the saving: {'; '.join(sorted(fees))}."
            )
        if any(each.relay is None for each in self.models):
            notes += '\nBlank: unknown. Set it in the config: [providers.X.prices."MODEL"].'
        return [Table(COLUMNS, rows), Text(notes)]


def _rates(price: Price | None) -> dict[str, float] | None:
    if price is None:
        return None
    fee = {"request": price.request} if price.request else {}
    return {"input": price.input, "output": price.output, **fee}


def _pair(price: Price | None) -> tuple[str, str]:
    return ("", "") if price is None else (f"{price.input:.2f}", f"{price.output:.2f}")


def _saved(share: float | None) -> str:
    if share is None:
        return ""
    return f"{share:.0%}" if share >= 0 else f"costs {-share:.0%} more"
