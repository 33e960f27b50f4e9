"""Secrets in a table of a user's own, such as `extra`: by their names, or by their looks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from relaytop.config.masking import MASK, mask_secrets

_SECRET_NAME = re.compile(
    r"(?:key|token|secret|passw(?:or)?d|passphrase|authorization|bearer|credential|cookie)s?$",
    re.IGNORECASE,
)
"""The end of a name whose value is a secret, as of `api_key`, `clientSecret`, `credentials`."""


def masked_table(table: Mapping[str, Any]) -> dict[str, Any]:
    """Return a table in which no text is a secret."""
    return {name: _masked(value, named=_is_secret(name)) for name, value in table.items()}


def secrets_in(table: Mapping[str, Any]) -> Iterator[str]:
    """Yield the texts that `masked_table` masks."""
    for name, value in table.items():
        yield from _secrets(value, named=_is_secret(name))


def _is_secret(name: str) -> bool:
    return _SECRET_NAME.search(name) is not None


def _masked(value: object, *, named: bool) -> object:
    if isinstance(value, Mapping):
        inner = value.items()
        return {name: _masked(each, named=named or _is_secret(name)) for name, each in inner}
    if isinstance(value, list):
        return [_masked(each, named=named) for each in value]
    if not isinstance(value, str):
        return value
    return MASK if named else mask_secrets(value)


def _secrets(value: object, *, named: bool) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, each in value.items():
            yield from _secrets(each, named=named or _is_secret(name))
    elif isinstance(value, list):
        for each in value:
            yield from _secrets(each, named=named)
    elif isinstance(value, str) and named:
        yield value
    elif isinstance(value, str):
        yield from (word for word in value.split() if mask_secrets(word) != word)
