"""The ledger of a test's own home."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from relaytop.ledger.usage import read_usage

if TYPE_CHECKING:
    from collections.abc import Mapping


def requests_in_ledger(home: Mapping[str, str]) -> int:
    """Return how many requests it holds; 0 where there is none."""
    path = Path(home["XDG_DATA_HOME"]) / "relaytop" / "ledger.sqlite"
    return sum(row.requests for row in read_usage(path, (), 0.0))
