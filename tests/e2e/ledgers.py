"""The ledger of a test's own home."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from relaytop.ledger.usage import read_usage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.support.server import ScriptedServer


def requests_in_ledger(home: Mapping[str, str]) -> int:
    """Return how many requests it holds; 0 where there is none."""
    path = Path(home["XDG_DATA_HOME"]) / "relaytop" / "ledger.sqlite"
    return sum(row.requests for row in read_usage(path, (), 0.0))


def assert_all_in_ledger(
    home: Mapping[str, str], server: ScriptedServer, *, in_flight: int = 0
) -> None:
    """Hold the ledger against the server: nothing that was sent is missing.

    Args:
        home: The environment of the test's own home.
        server: What was sent to it.
        in_flight: Probes that may have been reserved at a sudden end, and not sent any more.
    """
    sent = len(server.requests)
    assert sent <= requests_in_ledger(home) <= sent + in_flight
