"""Defaults, file, environment and flags become one `Settings`, each value knowing its origin.

Values go by name: a key of `relaytop.config.schema` becomes the settings' field of the same name.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, TypeVar

from relaytop.config.cross_checks import (
    check_modes,
    check_names,
    check_status_pages,
    check_window,
)
from relaytop.config.durations import parse_window
from relaytop.config.settings import (
    Price,
    Provider,
    Settings,
    Target,
    config_fields,
    key_of,
)
from relaytop.config.values import shared_values

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from _typeshed import DataclassInstance

    from relaytop.config.flags import Flags
    from relaytop.config.schema import ConfigFile
    from relaytop.config.settings import Secret
    from relaytop.config.source_location import Source
    from relaytop.config.unresolved import UnresolvedProvider

    T = TypeVar("T", bound=DataclassInstance)

DEFAULT = "default"
_ALERT_SOURCES = {
    "webhook_env": "webhook",
    "webhook_command": "webhook",
    "services_command": "services",
}
"""Key of `[alerts]` that names where URLs are → the setting that they become."""


def merge(
    file: ConfigFile | None,
    source: Source | None,
    providers: Sequence[UnresolvedProvider],
    keys: Mapping[str, tuple[Secret | None, str]],
    flags: Flags,
) -> Settings:
    """Merge the layers: flags beat the file, the file beats the defaults.

    Args:
        file: The config file, if one was read.
        source: Finds the places of its keys.
        providers: The providers in force.
        keys: Provider name → its key and where that came from.
        flags: The command line.

    Raises:
        ConfigError: Something names what does not exist, or the window is more than is kept.
    """
    written: ConfigFile = file or {}
    origin = source.origin if source else DEFAULT
    built = tuple(_provider(provider, *keys[provider.name]) for provider in providers)
    # Flags that define a provider replace the file's, with their targets and aliases.
    own = {} if flags.base_url else written.get("targets", {})
    aliases = {} if flags.base_url else written.get("aliases", {})
    if source is not None:
        check_names(own, aliases, built, source)
    blank, probe = Target(provider="", model=""), written.get("probe", {})
    defaults = _updated(blank, {**written, **probe})
    template = Settings(providers=built, defaults=defaults)
    targets = [
        _updated(target, _own_table(own, target))
        for provider in built
        for model in provider.models
        for target in [template.new_target(provider.name, model)]
    ]
    if source is not None:
        check_modes(built, targets, own, source)
        check_status_pages(built, source)
    in_file = (
        *_keys_in(Settings(), written),
        *_keys_in(blank, written),
        *_keys_in(blank, probe, "probe."),
    )
    origins = {
        **{key: DEFAULT for key, _value in shared_values(Settings())},
        **dict.fromkeys(in_file, origin),
        **{f"providers.{p.name}.{key}": by for p in providers for key, by in p.origins.items()},
        **{
            key: origin
            for target in targets
            for key in _keys_in(target, own.get(target.id, {}), f'targets."{target.id}".')
        },
        **{f'aliases."{alias}"': origin for alias in aliases},
        **{f'keys."{binding}"': origin for binding in written.get("keys", {})},
        **{
            f"alerts.{name}": f"{origin}, {named_by}"
            for named_by, name in _ALERT_SOURCES.items()
            if named_by in written.get("alerts", {})
        },
    }
    settings = Settings(
        providers=built,
        targets=tuple(targets),
        defaults=defaults,
        aliases={alias: tuple(targets) for alias, targets in aliases.items()},
        keys=written.get("keys", {}),
        origins=origins,
    )
    return with_flags(_updated(settings, written), flags, source)


def with_flags(settings: Settings, flags: Flags, source: Source | None = None) -> Settings:
    """Return settings with the interval, timeout, window and budget of the command line.

    Args:
        settings: What a config file or the demo gave.
        flags: The command line.
        source: Finds the place of the window in the file, if one was read.

    Raises:
        ConfigError: The window is of more requests than are kept.
    """
    given: dict[str, object] = {
        name: value
        for name in ("interval_s", "timeout_s", "budget_usd")
        if (value := getattr(flags, name)) is not None
    }
    if flags.window:
        given["window"] = parse_window(flags.window)
    keys = {key_of(name) for name in given}
    # A flag is for all targets: the file's value for one of them is not in force.
    origins = {
        key: origin
        for key, origin in settings.origins.items()
        if not key.startswith("targets.") or key.rpartition(".")[2] not in keys
    }
    settings = dataclasses.replace(
        _updated(settings, given),
        defaults=_updated(settings.defaults, given),
        targets=tuple(_updated(target, given) for target in settings.targets),
        origins={**origins, **{key: f"--{key}" for key in keys}},
    )
    check_window(settings.window, settings.history, None if flags.window else source)
    return settings


def _updated(base: T, table: Mapping[str, Any]) -> T:
    """Return settings with a table's values of those of their fields that the config knows."""
    changes: dict[str, Any] = {}
    for field in config_fields(type(base)):
        if field.name in table:
            value, before = table[field.name], getattr(base, field.name)
            changes[field.name] = _updated(before, value) if _is_table(value, before) else value
    return dataclasses.replace(base, **changes)


def _own_table(own: Mapping[str, Any], target: Target) -> Mapping[str, Any]:
    """Return a target's own table; its `extra` adds to that of its provider and of `[probe]`."""
    table = own.get(target.id, {})
    return {**table, "extra": {**target.extra, **table["extra"]}} if "extra" in table else table


def _provider(given: UnresolvedProvider, key: Secret | None, key_from: str) -> Provider:
    command = tuple(given.table.get("api_key_command", ()))
    base = Provider(name=given.name, base_url="", key=key, key_from=key_from, key_command=command)
    changed = {
        "models": tuple(given.table.get("models", ())),
        "prices": {model: Price(**price) for model, price in given.table.get("prices", {}).items()},
    }
    return _updated(base, {**given.table, **changed})


def _keys_in(base: DataclassInstance, table: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    """Yield the dotted keys that a table gives of settings' fields."""
    for field in config_fields(type(base)):
        if field.name not in table:
            continue
        key, before = prefix + key_of(field.name), getattr(base, field.name)
        if _is_table(table[field.name], before):
            yield from _keys_in(before, table[field.name], f"{key}.")
        else:
            yield key


def _is_table(value: object, before: object) -> bool:
    """Return whether a value gives some fields of settings within settings."""
    return isinstance(value, dict) and dataclasses.is_dataclass(before)
