"""The models that providers offer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from relaytop.report.blocks import Lines, Table, columns

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relaytop.report.blocks import Block
    from relaytop.report.render import TextOptions
    from relaytop.wire.facts import ModelList

COLUMNS = columns("provider", "model", "mode", left=("provider", "model", "mode"))


@dataclass(frozen=True, slots=True)
class ModelsReport:
    """The models of each provider's list."""

    offers: Mapping[str, ModelList]
    """Provider → the models that it lists."""

    def document(self) -> dict[str, Any]:
        """Return the ids by provider, and under `modes` target → mode where that is not `chat`."""
        ids: dict[str, Any] = {name: list(offer.ids) for name, offer in self.offers.items()}
        modes = {
            f"{name}/{model}": mode
            for name, offer in self.offers.items()
            for model, mode in offer.modes.items()
        }
        return {**ids, "modes": modes} if modes else ids

    def blocks(self, options: TextOptions) -> list[Block]:
        """Return a table; as plain text a target a line, with its mode where that is not `chat`."""
        rows = [
            (name, model, offer.modes.get(model, ""))
            for name, offer in self.offers.items()
            for model in offer.ids
        ]
        if options.markdown:
            return [Table(COLUMNS, rows)]
        width = max((len(f"{name}/{model}") for name, model, mode in rows if mode), default=0)
        lines = [f"{f'{name}/{model}':{width}}  {mode}".rstrip() for name, model, mode in rows]
        return [Lines(lines)]
