"""Savings by moving to a relay, a month and a year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from relaytop.report.blocks import Lines, Table, Text, columns

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from relaytop.pricing.roi import Month, Sums
    from relaytop.report.blocks import Block
    from relaytop.report.render import TextOptions

COLUMNS = columns("a month", "target", "official", "relay", "saved", "share", left=("target",))


@dataclass(frozen=True, slots=True)
class RoiReport:
    """Months of one mix at several sizes, at the official prices and at the relay's."""

    official: str
    """Name of the price list."""
    relay: str
    months: Sequence[Month]
    output_share: Decimal
    """Share of the tokens that are output, 0 to 1."""
    usage: str
    """The usage that was measured, in words; empty where tokens and mix were given."""
    sources: Sequence[str]
    """Origins of the prices, a line each."""
    migration_usd: Decimal | None
    """Cost of moving, once; None where it was not given."""

    def document(self) -> dict[str, Any]:
        """Return every sum in USD, rounded to cents; what is not known is absent."""
        months = [_document(month, self.migration_usd) for month in self.months]
        return {"official": self.official, "relay": self.relay, "months": months}

    def blocks(self, _options: TextOptions) -> list[Block]:
        """Return the sums by size and model, and what a year of them makes of a migration."""
        rows = []
        for month in self.months:
            size = _size(month.tokens)
            rows += [[size, each.model, *_sums(each)] for each in month.models]
            if len(month.models) > 1:
                rows.append([size, "total", *_sums(month)])
        usage = f" as {self.usage}" if self.usage else ""
        prices = f"{self.official} prices against {self.relay}"
        notes = [line for month in self.months for line in _summary(month, self.migration_usd)]
        return [
            Text(f"USD a month{usage}: {prices}, {_percent(self.output_share, 0)} output"),
            Table(COLUMNS, rows),
            Lines([*notes, *self.sources]),
        ]


def _sums(sums: Sums) -> list[str]:
    figures = [_usd(usd) for usd in (sums.official_usd, sums.relay_usd, sums.saved_usd)]
    return [*figures, _percent(sums.saved_share, 1)]


def _summary(month: Month, cost: Decimal | None) -> list[str]:
    """Return in words what a month and a year save, and when a migration has paid for itself."""
    size = _size(month.tokens)
    indent = " " * len(size) + "  "
    if month.saved_usd <= 0:
        more = f": {_usd(-month.saved_usd)} USD more a month" if month.saved_usd else ""
        never = [f"{indent}migration cost of {_usd(cost)} USD: never recovered"] if cost else []
        return [f"{size}: moving saves nothing{more}", *never]
    lines = [
        f"{size}: {_usd(month.saved_usd)} USD saved a month, {_usd(month.saved_year_usd)} a year"
    ]
    if cost is not None:
        payback, roi = month.payback_months(cost), month.roi(cost)
        line = f"{indent}migration of {_usd(cost)} USD recovered after {payback:,.1f} months"
        lines.append(f"{line}, first year's ROI {_percent(roi, 0)}")
    return lines


def _usd(value: Decimal) -> str:
    return f"{value:z,.2f}"


def _percent(share: Decimal | None, places: int) -> str:
    return "" if share is None else f"{share * 100:z,.{places}f} %"


def _size(tokens: Decimal | int) -> str:
    for unit, letter in ((10**9, "B"), (10**6, "M"), (10**3, "k")):
        if tokens >= unit:
            return f"{tokens / unit:.4g}{letter}"
    return str(tokens)


def _document(month: Month, cost: Decimal | None) -> dict[str, object]:
    payback = None if cost is None else month.payback_months(cost)
    roi = None if cost is None else month.roi(cost)
    return {
        **_figures(month),
        "saved_year_usd": _cents(month.saved_year_usd),
        "payback_months": _rounded(payback, 3),
        "roi": _rounded(roi, 6),
        "models": [{"model": each.model, **_figures(each)} for each in month.models],
    }


def _figures(sums: Sums) -> dict[str, float | None]:
    return {
        "tokens": round(sums.tokens),
        "official_usd": _cents(sums.official_usd),
        "relay_usd": _cents(sums.relay_usd),
        "saved_usd": _cents(sums.saved_usd),
        "saved_share": _rounded(sums.saved_share, 6),
    }


def _rounded(value: Decimal | None, places: int) -> float | None:
    return None if value is None else round(float(value), places)


def _cents(value: Decimal) -> float:
    return float(f"{value:z.2f}")
