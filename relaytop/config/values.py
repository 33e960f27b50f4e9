"""The settings in force as a config would write them, whatever fields there are."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from relaytop.config.durations import format_duration, format_window
from relaytop.config.masked_tables import masked_table
from relaytop.config.settings import Secret, Window, config_fields, key_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from _typeshed import DataclassInstance

    from relaytop.config.settings import Settings, Target


def shared_values(settings: Settings) -> Iterator[tuple[str, Any]]:
    """Yield (dotted key, value) of what holds for all targets."""
    defaults = [
        (f"{table}.{key}" if table else key, value)
        for key, value, table in _values(settings.defaults, shared=True)
    ]
    yield from (pair for pair in defaults if "." not in pair[0])
    yield from ((key, value) for key, value, _table in _values(settings))
    yield from (pair for pair in defaults if "." in pair[0])


def target_values(target: Target) -> Iterator[tuple[str, Any]]:
    """Yield (key within the target's table, value) of all that may differ from target to target."""
    yield from ((key, value) for key, value, _table in _values(target))


def _values(part: DataclassInstance, *, shared: bool = False) -> Iterator[tuple[str, Any, str]]:
    """Yield (key, value, the table that the key's default stands in).

    Args:
        part: Settings, or a part of them.
        shared: Whether to leave out what has no default for all targets.
    """
    for field in config_fields(type(part)):
        if shared and not field.metadata.get("shared", True):
            continue
        key, value = key_of(field.name), getattr(part, field.name)
        if isinstance(value, Window):
            yield key, format_window(value), ""
        elif dataclasses.is_dataclass(value) and not isinstance(value, type):
            yield from ((f"{key}.{inner}", each, "") for inner, each, _table in _values(value))
        else:
            yield key, written(field.name, value), field.metadata.get("table", "")


def written(field_name: str, value: object) -> object:
    """Return the value of a setting as a config would write it."""
    if isinstance(value, Secret):
        return value.masked
    if isinstance(value, tuple):
        return [written(field_name, each) for each in value]
    if field_name == "headers" and isinstance(value, Mapping):
        # A header's value may be a credential, so its name must do.
        return sorted(value) or None
    if field_name == "extra" and isinstance(value, Mapping):
        return masked_table(value) or None
    if not isinstance(value, int | float):
        return value
    if field_name.endswith("_ms"):
        return format_duration(value / 1000)
    return format_duration(value) if field_name.endswith("_s") else value
