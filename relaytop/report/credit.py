"""What is left at each provider."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from relaytop.monitor.credit_words import amount_words, has_no_limit, is_low, lasts_words
from relaytop.report.blocks import Table, Text, columns
from relaytop.report.data import Rows
from relaytop.store.document import credit_document

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from relaytop.protocol.messages import Credit
    from relaytop.report.blocks import Block
    from relaytop.report.render import TextOptions

COLUMNS = columns(
    "provider", "left", "limit", "used", "per day", "lasts", "from", left=("provider", "from")
)
NO_LIMIT = "no limit is set on the key"
NO_USAGE = "it does not tell what is used of the limit"


@dataclass(frozen=True, slots=True)
class CreditReport:
    """The providers' answers."""

    credits: Sequence[Credit]
    """In the order of the configuration."""
    limits: Mapping[str, float]
    """Provider → the threshold of what must be left, where there is one."""

    @property
    def low(self) -> list[str]:
        """The providers at which too little is left."""
        return [c.provider for c in self.credits if is_low(c, self.limits.get(c.provider))]

    def document(self) -> Rows:
        """Return a row a provider; of those that tell nothing, why."""
        rows: list[dict[str, Any]] = []
        for credit in self.credits:
            if credit.error is not None:
                rows.append({"provider": credit.provider, "error": credit.error})
            else:
                limit = self.limits.get(credit.provider)
                rows.append(
                    {**credit_document(credit), "threshold": limit, "low": is_low(credit, limit)}
                )
        return Rows("credits", rows)

    def blocks(self, _options: TextOptions) -> list[Block]:
        """Return the table; what cannot be known is blank, with the reason under it."""
        rows = [
            (
                credit.provider,
                _amount(credit.remaining, credit),
                _amount(credit.limit, credit),
                _amount(credit.used, credit),
                _amount(credit.per_day, credit),
                lasts_words(credit) or "",
                credit.system,
            )
            for credit in self.credits
        ]
        notes = [f"{c.provider}: {c.error}" for c in self.credits if c.error is not None]
        notes += [
            f"{c.provider}: {NO_LIMIT if has_no_limit(c) else NO_USAGE}"
            for c in self.credits
            if c.error is None and c.remaining is None
        ]
        notes += [f"{provider}: low" for provider in self.low]
        return [Table(COLUMNS, rows), *([Text("\n".join(notes))] if notes else [])]


def _amount(value: float | None, credit: Credit) -> str:
    return "" if value is None else amount_words(value, credit.unit)
