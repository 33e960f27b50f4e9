"""Checks of what another process wrote: every field of its type and in bounds.

A dataclass with a method `is_consistent` is asked by it whether its figures can belong together.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, TypeVar, get_args, get_origin

from relaytop.config.settings import Target
from relaytop.protocol.codec import REPORTS, BadMessageError, decode, field_types, required_type
from relaytop.wire.facts import ERROR_CLASSES, Failure

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    from relaytop.protocol.messages import Report

LOWEST, HIGHEST = -65_000.0, 1e11
"""Of floats: what a ring can keep, and a moment that a calendar still knows."""
MAX_VALUE = 10**15
"""Of counts."""
UNSIGNED = ("_ms", "_usd")
"""Endings of fields that cannot be below 0."""
INTERVALS_S = (0.05, 86_400.0)

Check = Callable[[object], bool]
T = TypeVar("T", bound="DataclassInstance")


def read_message(line: bytes, kinds: Mapping[str, type[T]]) -> T:
    """Read a message that another process wrote; its texts are made safe to show.

    Raises:
        BadMessageError: It is none of these kinds, or a field is not of its type or out of bounds.
    """
    message = decode(line, kinds, shown=True)
    fault = first_fault(message)
    if fault is not None:
        sentence = f"{type(message).__name__}: {fault} has the wrong type or is out of range"
        raise BadMessageError(sentence)
    return message


def read_report(line: bytes) -> Report:
    """Read an engine's report, as `read_message` does."""
    return read_message(line, REPORTS)


def first_fault(value: DataclassInstance) -> str | None:
    """Return the first field that does not hold what its type says; None where all do."""
    for name, fits in _checks(type(value)):
        if not fits(getattr(value, name)):
            return name
    return None if _extra(value) else "its size"


def is_valid(value: DataclassInstance) -> bool:
    """Return whether a decoded message holds what its type says: no odd text, no absurd number."""
    return first_fault(value) is None


def _extra(value: object) -> bool:
    """Return whether a value also is what a type alone does not say."""
    if isinstance(value, Failure):
        return value.error_class in ERROR_CLASSES
    if isinstance(value, Target):
        lowest, highest = INTERVALS_S
        named = bool(value.provider and value.model)
        return named and all(lowest <= s <= highest for s in (value.interval_s, value.timeout_s))
    is_consistent: Callable[[], bool] | None = getattr(value, "is_consistent", None)
    return is_consistent is None or is_consistent()


@lru_cache(maxsize=64)
def _checks(kind: type[DataclassInstance]) -> tuple[tuple[str, Check], ...]:
    hints = field_types(kind).items()
    return tuple((name, _check(hint, signed=not name.endswith(UNSIGNED))) for name, hint in hints)


def _check(hint: object, *, signed: bool = True) -> Check:
    kind = required_type(hint)
    if kind is not hint:
        fits = _check(kind, signed=signed)
        return lambda value: value is None or fits(value)
    if get_origin(kind) is Literal:
        choices = get_args(kind)
        return lambda value: value in choices
    if get_origin(kind) is tuple:
        return _tuple_check(get_args(kind))
    if kind is float and not signed:
        return _is_amount
    if get_origin(kind) is Mapping:
        value_fits = _check(get_args(kind)[1])
        return lambda value: (
            isinstance(value, dict)
            and all(_is_text(key) and value_fits(item) for key, item in value.items())
        )
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        return lambda value: isinstance(value, kind) and is_valid(value)
    return _PLAIN[kind]


def _tuple_check(parts: tuple[object, ...]) -> Check:
    if parts[-1] is Ellipsis:
        item_fits = _check(parts[0])
        return lambda value: isinstance(value, tuple) and all(map(item_fits, value))
    checks = [_check(part) for part in parts]
    return lambda value: (
        isinstance(value, tuple)
        and len(value) == len(checks)
        and all(fits(item) for fits, item in zip(checks, value, strict=True))
    )


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value.isprintable()


def _is_float(value: object) -> bool:
    # False for NaN, and for a bool.
    return (type(value) is float or type(value) is int) and LOWEST <= value <= HIGHEST


def _is_amount(value: object) -> bool:
    return (type(value) is float or type(value) is int) and 0 <= value <= HIGHEST


def _is_count(value: object) -> bool:
    return type(value) is int and 0 <= value <= MAX_VALUE


_PLAIN: dict[object, Check] = {
    str: _is_text,
    float: _is_float,
    int: _is_count,
    bool: lambda value: isinstance(value, bool),
    bytes: lambda value: isinstance(value, bytes),
    Any: lambda _value: True,  # a user's own table, which nothing here reads
}
