"""Short names of what is probed: two relaytops of one name watch the same."""

from __future__ import annotations

import dataclasses
import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from relaytop.config.settings import Settings

LENGTH = 16


def fingerprint(settings: Settings) -> str:
    """Return a name that two settings share where they probe the same targets the same way.

    No key is part of it.
    """
    return hashlib.sha256(repr(_plain(settings)).encode()).hexdigest()[:LENGTH]


def target_fingerprints(settings: Settings) -> frozenset[str]:
    """Return a name of each target that others share, however they probe it and call its provider.

    No key is part of it.
    """
    urls = {provider.name: provider.base_url for provider in settings.providers}
    probed = {(urls.get(target.provider, ""), target.model) for target in settings.targets}
    return frozenset(hashlib.sha256(repr(pair).encode()).hexdigest()[:LENGTH] for pair in probed)


def _plain(value: object) -> object:
    """Return a value whose `repr` does not depend on the order in which a table was written."""
    if dataclasses.is_dataclass(value):
        return [
            (field.name, _plain(getattr(value, field.name)))
            for field in dataclasses.fields(value)
            if field.metadata.get("probed", True)
        ]
    if isinstance(value, dict):
        return sorted((key, _plain(inner)) for key, inner in value.items())
    if isinstance(value, tuple):
        return [_plain(inner) for inner in value]
    return value
