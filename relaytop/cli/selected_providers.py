"""The providers that a command's argument names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.config.errors import RelaytopError
from relaytop.config.suggestions import suggestion

if TYPE_CHECKING:
    from relaytop.config.settings import Provider


def selected_providers(providers: tuple[Provider, ...], name: str | None) -> tuple[Provider, ...]:
    """Return the provider of that name, or all without one; `RelaytopError` where there is none."""
    found = tuple(p for p in providers if name in {None, p.name})
    if found:
        return found
    names = [p.name for p in providers]
    sentence = f"no provider {name!r}; {suggestion(name or '', names)}"
    raise RelaytopError(sentence)
