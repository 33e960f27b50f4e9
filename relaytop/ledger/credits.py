"""The ledger's readings of what was left at accounts."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from relaytop.ledger.usage import read_rows
from relaytop.pricing.credit_pace import SPAN_S, Reading

if TYPE_CHECKING:
    from pathlib import Path

    from relaytop.config.settings import Provider

LENGTH = 16
READ = "SELECT at, remaining FROM credit WHERE account = ? AND unit = ? AND at >= ? ORDER BY at"
MAX_READINGS = 10_000


def account_of(provider: Provider) -> str:
    """Return a name of a provider's account that is the same in every process; no key is in it.

    Of another key, whose limit is another, it is another one.
    """
    key = provider.key.reveal() if provider.key is not None else ""
    whole = f"{provider.base_url}\n{key}"
    # Slow on purpose: nobody is to find the key by trying.
    digest = hashlib.pbkdf2_hmac("sha256", whole.encode(), b"relaytop credit", 10_000)
    return digest.hex()[:LENGTH]


def read_credit(path: Path, account: str, unit: str, now: float) -> list[Reading]:
    """Read what was left of an account lately, the oldest first.

    Args:
        path: The ledger; where there is none, there are no readings.
        account: From `account_of`.
        unit: The currency.
        now: Unix seconds by the system's clock.

    Raises:
        RelaytopError: The file cannot be read, or is not a ledger.
    """
    rows = read_rows(path, READ, (account, unit, int(now - SPAN_S)), table="credit")
    return [Reading(float(at), float(remaining)) for at, remaining in rows][-MAX_READINGS:]
