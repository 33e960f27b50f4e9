"""The models that providers offer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from relaytop.report.blocks import Lines, Table, columns

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from relaytop.report.blocks import Block
    from relaytop.report.render import TextOptions

COLUMNS = columns("provider", "model", left=("provider", "model"))


@dataclass(frozen=True, slots=True)
class ModelsReport:
    """The models of each provider's list."""

    offers: Mapping[str, Sequence[str]]
    """Provider → the ids of the models that it lists."""

    def document(self) -> dict[str, Any]:
        """Return the ids by provider."""
        return {name: list(models) for name, models in self.offers.items()}

    def blocks(self, options: TextOptions) -> list[Block]:
        """Return a table; as plain text a target a line, as other commands expect it."""
        rows = [(name, model) for name, models in self.offers.items() for model in models]
        return [Table(COLUMNS, rows) if options.markdown else Lines(list(map("/".join, rows)))]
