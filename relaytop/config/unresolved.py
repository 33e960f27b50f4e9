"""A provider before its key is resolved: the shape that file, environment and flags share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relaytop.config.schema import ProviderTable
    from relaytop.config.source_location import Source


@dataclass(frozen=True, slots=True)
class UnresolvedProvider:
    """A provider as it was written, and by whom."""

    name: str
    table: ProviderTable
    origins: Mapping[str, str]
    """Field → the origin of its value, in words; a field that is not in it has its default."""
    source: Source | None = None
    """The file that it is written in, if it is."""

    def place(self, field: str) -> str:
        """Return what a sentence about a field begins with."""
        if self.source is not None:
            return self.source.place("providers", self.name, field)
        return self.origins[field]
