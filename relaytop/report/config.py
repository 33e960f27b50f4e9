"""The settings in force."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Any

from relaytop.config.masked_tables import masked_table
from relaytop.config.masking import mask_urls
from relaytop.config.settings import Provider, config_fields, key_of
from relaytop.config.source_location import dotted
from relaytop.config.values import shared_values, target_values, written
from relaytop.report.blocks import Column, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from relaytop.config.settings import Price, Settings
    from relaytop.report.blocks import Block
    from relaytop.report.render import TextOptions

Row = tuple[str, Any, str]
"""Key, value, origin."""
DEFAULT = "default"
MASK = "•"
COLUMNS = (
    Column("setting", left=True),
    Column("value", left=True, max_width=60),
    Column("from", left=True),
)


class ConfigReport:
    """The settings in force, each with its value and where it came from.

    Args:
        settings: What is in force.
        complaints: Provider → why its key could not be had.
        ascii_only: Mask secrets with a character of ASCII, in whatever form.
    """

    def __init__(
        self, settings: Settings, complaints: Mapping[str, str], *, ascii_only: bool = False
    ) -> None:
        mask = "*" if ascii_only else MASK
        self._rows = [
            (key, _masked_by(mask, value), origin)
            for key, value, origin in _rows(settings, complaints)
        ]

    def document(self) -> dict[str, Any]:
        """Return dotted key → `value` and `from`."""
        return {key: {"value": value, "from": origin} for key, value, origin in self._rows}

    def blocks(self, _options: TextOptions) -> list[Block]:
        """Return a table of all of them."""
        cells = [(key, _shown(value), origin) for key, value, origin in self._rows]
        return [Table(COLUMNS, cells, titled=False)]


def _rows(settings: Settings, complaints: Mapping[str, str]) -> Iterator[Row]:
    """Yield every setting in force; one that is not set and has no default is left out.

    Args:
        settings: What is in force.
        complaints: Provider → why its key could not be had.
    """
    for key, value in shared_values(settings):
        yield from _shared_rows(key, value, settings.origins.get(key, DEFAULT))
    for provider in settings.providers:
        yield from _provider_rows(provider, settings, complaints.get(provider.name))
    for target in settings.targets:
        place = f'targets."{target.id}".'
        for key, value in target_values(target):
            if place + key in settings.origins:
                name = f"{dotted(('targets', target.id))}.{key}"
                yield name, value, settings.origins[place + key]
    for alias, targets in settings.aliases.items():
        origin = settings.origins.get(f'aliases."{alias}"', DEFAULT)
        yield dotted(("aliases", alias)), list(targets), origin
    for binding, keys in settings.keys.items():
        origin = settings.origins.get(f'keys."{binding}"', DEFAULT)
        yield dotted(("keys", binding)), keys, origin


def _shared_rows(key: str, value: object, origin: str) -> Iterator[Row]:
    """Yield what is shown of a setting that holds for all targets."""
    if key == "fleet.headers" and isinstance(value, dict):
        if value:  # as of a provider's, the names alone
            yield key, sorted(value), origin
    elif key == "fleet.traffic" and isinstance(value, dict):
        for name, table in value.items():
            yield dotted(("fleet", "traffic", name)), sorted(table), origin
    elif key == "alerts.command" and isinstance(value, list) and value:
        yield key, [*map(mask_urls, value)], origin
    elif value is not None and value != []:
        yield key, value, origin
    elif origin.endswith(("_env", "_command")):
        yield key, "resolved when the monitor or the agent starts", origin


def _provider_rows(provider: Provider, settings: Settings, complaint: str | None) -> Iterator[Row]:
    """Yield a provider's settings, in the order of its fields."""

    def row(field: str, value: object, *below: str) -> Row:
        origin = settings.origins.get(f"providers.{provider.name}.{field}", DEFAULT)
        return dotted(("providers", provider.name, key_of(field), *below)), value, origin

    own = {field.name for field in config_fields(Provider)}
    for field in dataclasses.fields(provider):
        value = getattr(provider, field.name)
        if field.name == "key":
            yield dotted(("providers", provider.name, "key")), *_key(provider, complaint)
        elif field.name == "prices":
            for model, price in value.items():
                yield from (row("prices", usd, model, kind) for kind, usd in _usd(price).items())
        elif field.name in own:
            special = _SHOWN.get(field.name)
            shown = written(field.name, value) if special is None else special(value)
            if shown is not None:
                yield row(field.name, shown)


def _key(provider: Provider, complaint: str | None) -> tuple[str, str]:
    """Return what is shown of a provider's key, and where it is from or why it is missing."""
    if complaint is not None:
        return "missing", complaint
    if provider.key is not None:
        return provider.key.masked, provider.key_from
    return "none", DEFAULT if provider.key_from == "none" else provider.key_from


def _usd(price: Price) -> dict[str, float]:
    """Return the rates that a config can set: USD per million tokens, and per request."""
    cached = {} if price.cached_input is None else {"cached_input": price.cached_input}
    request = {"request": price.request} if price.request else {}
    return {"input": price.input, "output": price.output, **cached, **request}


def _without_password(proxy: str | None) -> str | None:
    if proxy is None or "@" not in proxy:
        return proxy
    scheme, _, rest = proxy.partition("://")
    return f"{scheme}://{4 * MASK}@{rest.rpartition('@')[2]}"


_SHOWN: dict[str, Callable[[Any], object]] = {
    "models": list,
    # A header's value may be a credential, so its name must do.
    "headers": lambda headers: sorted(headers) or None,
    "proxy": _without_password,
    "extra": lambda extra: masked_table(extra) or None,
}
"""Field → the value to show in place of a provider's; None: nothing."""


def _masked_by(mask: str, value: object) -> object:
    if isinstance(value, list):
        return [_masked_by(mask, each) for each in value]
    if isinstance(value, dict):
        return {name: _masked_by(mask, each) for name, each in value.items()}
    return value.replace(MASK, mask) if isinstance(value, str) else value


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(map(_shown, value)) or "none: select them in the monitor"
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    text = str(value)
    # What would break the line is written out.
    return text if text.isprintable() else json.dumps(text, ensure_ascii=False)
