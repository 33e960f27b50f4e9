"""Whether two relaytops watch the same: what is probed and how, as a short name."""

from __future__ import annotations

import dataclasses
import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from relaytop.config.settings import Settings

LENGTH = 16


def fingerprint(settings: Settings) -> str:
    """Return a name that two settings share where they probe the same targets the same way.

    How the figures are looked at (the window) does not count, and no key is part of it.
    """
    probed = (
        [_plain(dataclasses.replace(p, key=None)) for p in settings.providers],
        [_plain(target) for target in settings.targets],
        settings.history,
        settings.budget_usd,
        settings.assumed_price,
    )
    return hashlib.sha256(repr(probed).encode()).hexdigest()[:LENGTH]


def _plain(value: object) -> object:
    """Return a value whose `repr` does not depend on the order in which a table was written."""
    if dataclasses.is_dataclass(value):
        return [(f.name, _plain(getattr(value, f.name))) for f in dataclasses.fields(value)]
    if isinstance(value, dict):
        return sorted((key, _plain(inner)) for key, inner in value.items())
    return value
