"""Relay prices against official ones, per model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from relaytop.report.blocks import Column, Table, Text
from relaytop.report.data import Rows
from relaytop.report.snapshot import milliseconds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaytop.config.settings import Price
    from relaytop.jobs.prices import PriceComparison
    from relaytop.report.blocks import Block
    from relaytop.report.render import TextOptions

COLUMNS = (
    Column("target", left=True),
    Column("in"),
    Column("out"),
    Column("official in"),
    Column("official out"),
    Column("saved"),
    Column("P50"),
    Column("advertised"),
)


class PricesReport:
    """What each model costs, in USD per million tokens, and what is saved.

    Args:
        models: A row each.
        output_share: Share of the tokens that are output, 0 to 1.
    """

    def __init__(self, models: Sequence[PriceComparison], output_share: float) -> None:
        self._models = models
        self._output_share = output_share

    def document(self) -> Rows:
        """Return a row a model; what is unknown is absent."""
        return Rows("prices", [self._known(each) for each in self._models])

    def blocks(self, options: TextOptions) -> list[Block]:
        """Return the table, and what its figures mean."""
        del options
        rows = [
            (
                each.target,
                *_pair(each.relay),
                *_pair(each.official),
                _saved(each.saved_share(self._output_share)),
                milliseconds(each.p50_ms),
                "" if each.advertised_ms is None else f"<{each.advertised_ms:g}",
            )
            for each in self._models
        ]
        notes = (
            f"USD per million tokens; saved: at {self._output_share:.0%} output, "
            "against today's list price of the model's maker."
        )
        if any(each.relay is None for each in self._models):
            notes += '\nBlank: unknown. Set it in the config: [providers.X.prices."MODEL"].'
        return [Table(COLUMNS, rows), Text(notes)]

    def _known(self, each: PriceComparison) -> dict[str, Any]:
        row: dict[str, Any] = {
            "target": each.target,
            "relay": each.relay and {"input": each.relay.input, "output": each.relay.output},
            "price_source": each.relay.source if each.relay else None,
            "official": each.official
            and {"input": each.official.input, "output": each.official.output},
            "saved_share": each.saved_share(self._output_share),
            "p50_ms": each.p50_ms,
            "advertised_ms": each.advertised_ms,
        }
        return {key: value for key, value in row.items() if value is not None}


def _pair(price: Price | None) -> tuple[str, str]:
    return ("", "") if price is None else (f"{price.input:.2f}", f"{price.output:.2f}")


def _saved(share: float | None) -> str:
    if share is None:
        return ""
    return f"{share:.0%}" if share >= 0 else f"{-share:.0%} more"
