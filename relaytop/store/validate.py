"""Whether what was read from a recording can be shown: every field of its type and in bounds."""

from __future__ import annotations

import dataclasses
import math
import types
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from relaytop.config.settings import Target, Thresholds
from relaytop.probe.sample import Phases, Sample
from relaytop.wire.facts import ERROR_CLASSES, Failure, Limit, RateLimit, Usage

LOWEST, HIGHEST = -65_000.0, 1e11
"""Of floats: what a ring can keep, and a moment that a calendar still knows."""
MOST = 10**15
"""Of counts."""
INTERVALS_S = (0.05, 86_400.0)

Check = Callable[[Any], bool]
_NAMES = {
    **{kind.__name__: kind for kind in (Failure, Limit, Phases, RateLimit, Sample, Usage)},
    **{kind.__name__: kind for kind in (Target, Thresholds)},
    "Mapping": Mapping,
}


def is_sound(value: object) -> bool:
    """Whether a decoded message holds what its type says: no odd text, no absurd number."""
    return _fields_fit(value)


def _fields_fit(value: object) -> bool:
    checks = _checks(type(value))  # type: ignore[arg-type] # a class is hashable
    return all(fits(getattr(value, name)) for name, fits in checks) and _extra(value)


def _extra(value: object) -> bool:
    """What a type alone does not say."""
    if isinstance(value, Failure):
        return value.error_class in ERROR_CLASSES
    if isinstance(value, Target):
        lowest, highest = INTERVALS_S
        named = bool(value.provider and value.model)
        return named and all(lowest <= s <= highest for s in (value.interval_s, value.timeout_s))
    return True


@lru_cache(maxsize=64)
def _checks(kind: type) -> tuple[tuple[str, Check], ...]:
    hints = get_type_hints(kind, localns=_NAMES)
    return tuple((field.name, _check(hints[field.name])) for field in dataclasses.fields(kind))


def _check(hint: Any) -> Check:  # noqa: ANN401 - any type hint
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in {Union, types.UnionType}:
        return _optional(_check(arguments[0]))
    if origin is tuple:
        return _all_of(_check(arguments[0]))
    if origin is Mapping:
        return _values_of(_check(arguments[1]))
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return lambda value: isinstance(value, hint) and _fields_fit(value)
    return _PLAIN[hint]


def _optional(fits: Check) -> Check:
    return lambda value: value is None or fits(value)


def _all_of(fits: Check) -> Check:
    return lambda value: isinstance(value, tuple) and all(map(fits, value))


def _values_of(fits: Check) -> Check:
    def check(value: object) -> bool:
        return isinstance(value, dict) and all(_text(k) and fits(v) for k, v in value.items())

    return check


def _text(value: object) -> bool:
    return isinstance(value, str) and value.isprintable()


def _float(value: object) -> bool:
    if type(value) is not float and type(value) is not int:
        return False
    return LOWEST <= value <= HIGHEST and math.isfinite(value)


def _count(value: object) -> bool:
    return type(value) is int and 0 <= value <= MOST


_PLAIN: dict[object, Check] = {
    str: _text,
    float: _float,
    int: _count,
    bool: lambda value: isinstance(value, bool),
}
