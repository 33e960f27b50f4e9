"""Several exporters of one watch."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaytop.protocol.messages import Report
    from relaytop.watch.core import Exporter


class Exporters:
    """Passes everything on to each of them.

    Args:
        exporters: They, in the order in which they start; the last ends first.
    """

    def __init__(self, exporters: Sequence[Exporter]) -> None:
        self._exporters = exporters

    def consume(self, reports: Sequence[Report]) -> None:
        """Pass on a batch of reports."""
        for exporter in self._exporters:
            exporter.consume(reports)

    async def start(self) -> None:
        """Start all."""
        for exporter in self._exporters:
            await exporter.start()

    async def aclose(self) -> None:
        """Close all."""
        for exporter in reversed(self._exporters):
            await exporter.aclose()
