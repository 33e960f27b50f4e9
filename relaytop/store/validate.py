"""Checks of what was read from a recording: every field of its type and in bounds."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, get_args, get_origin

from relaytop.config.settings import Target
from relaytop.protocol.codec import field_types, required_type
from relaytop.wire.facts import ERROR_CLASSES, Failure

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

LOWEST, HIGHEST = -65_000.0, 1e11
"""Of floats: what a ring can keep, and a moment that a calendar still knows."""
MAX_VALUE = 10**15
"""Of counts."""
INTERVALS_S = (0.05, 86_400.0)

Check = Callable[[object], bool]


def is_valid(value: DataclassInstance) -> bool:
    """Return whether a decoded message holds what its type says: no odd text, no absurd number."""
    return all(fits(getattr(value, name)) for name, fits in _checks(type(value))) and _extra(value)


def _extra(value: object) -> bool:
    """Return whether a value also is what a type alone does not say."""
    if isinstance(value, Failure):
        return value.error_class in ERROR_CLASSES
    if isinstance(value, Target):
        lowest, highest = INTERVALS_S
        named = bool(value.provider and value.model)
        return named and all(lowest <= s <= highest for s in (value.interval_s, value.timeout_s))
    return True


@lru_cache(maxsize=64)
def _checks(kind: type[DataclassInstance]) -> tuple[tuple[str, Check], ...]:
    return tuple((name, _check(hint)) for name, hint in field_types(kind).items())


def _check(hint: object) -> Check:
    kind = required_type(hint)
    if kind is not hint:
        fits = _check(kind)
        return lambda value: value is None or fits(value)
    if get_origin(kind) is Literal:
        choices = get_args(kind)
        return lambda value: value in choices
    if get_origin(kind) is tuple:
        item_fits = _check(get_args(kind)[0])
        return lambda value: isinstance(value, tuple) and all(map(item_fits, value))
    if get_origin(kind) is Mapping:
        value_fits = _check(get_args(kind)[1])
        return lambda value: (
            isinstance(value, dict)
            and all(_is_text(key) and value_fits(item) for key, item in value.items())
        )
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        return lambda value: isinstance(value, kind) and is_valid(value)
    return _PLAIN[kind]


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value.isprintable()


def _is_float(value: object) -> bool:
    # False for NaN, and for a bool.
    return (type(value) is float or type(value) is int) and LOWEST <= value <= HIGHEST


def _is_count(value: object) -> bool:
    return type(value) is int and 0 <= value <= MAX_VALUE


_PLAIN: dict[object, Check] = {
    str: _is_text,
    float: _is_float,
    int: _is_count,
    bool: lambda value: isinstance(value, bool),
}
