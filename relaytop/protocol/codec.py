"""Messages as lines of JSON: the type's name, then its fields; what is unset is left out.

A field's annotation says what it holds, so that a new field or message needs nothing here.
"""

from __future__ import annotations

import collections.abc
import dataclasses
import json
import sys
import types
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar, Union, get_args, get_origin, get_type_hints

from relaytop.config import settings
from relaytop.config.settings import Secret
from relaytop.probe import sample
from relaytop.protocol import messages
from relaytop.protocol.messages import Command, Report
from relaytop.wire import facts

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T")
COMMANDS: dict[str, type[Command]] = {kind.__name__: kind for kind in get_args(Command)}
REPORTS: dict[str, type[Report]] = {kind.__name__: kind for kind in get_args(Report)}
_MODULES = (collections.abc, settings, facts, sample, messages)
_NAMES = {name: value for module in _MODULES for name, value in vars(module).items()}
"""Names in annotations that their modules import for type checkers alone."""
_Decoder = Callable[[Any], object]


class BadMessageError(Exception):
    """A line that is no message."""


def encode(message: DataclassInstance) -> bytes:
    """Return a message as one line. A `Start` carries the keys: for the engine's pipe only."""
    document = {"": type(message).__name__, **_plain(message)}
    return json.dumps(document, separators=(",", ":"), default=_unusual).encode() + b"\n"


def decode_command(line: bytes) -> Command:
    """Read what the parent sent.

    Raises:
        BadMessageError: It is no command.
    """
    return decode(line, COMMANDS)


def decode_report(line: bytes) -> Report:
    """Read what the engine sent.

    Raises:
        BadMessageError: It is no report.
    """
    return decode(line, REPORTS)


def decode(line: bytes, kinds: Mapping[str, type[T]]) -> T:
    """Read a message of one of these kinds: its name → its dataclass.

    Raises:
        BadMessageError: It is none.
    """
    try:
        document = json.loads(line)
        kind = kinds[document.pop("")]
        return kind(**_decoded_fields(kind, document))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BadMessageError(str(error)) from None


@lru_cache(maxsize=64)
def field_types(kind: type) -> dict[str, Any]:
    """Return the fields of a message's dataclass and their types."""
    hints = get_type_hints(kind, globalns={**_NAMES, **vars(sys.modules[kind.__module__])})
    return {field.name: hints[field.name] for field in dataclasses.fields(kind)}


def required_type(hint: object) -> object:
    """Return the type of what may also be None; None of another union."""
    if get_origin(hint) not in {Union, types.UnionType}:
        return hint
    some = [inner for inner in get_args(hint) if inner is not type(None)]
    return some[0] if len(some) == 1 else None


# ── values to JSON ───────────────────────────────────────────────────────────


@lru_cache(maxsize=64)
def _encoded_fields(kind: type[DataclassInstance]) -> tuple[tuple[str, object, bool], ...]:
    """Return (name, default, whether it holds a dataclass) of each field."""
    hints = field_types(kind)
    return tuple(
        (field.name, field.default, dataclasses.is_dataclass(required_type(hints[field.name])))
        for field in dataclasses.fields(kind)
    )


def _plain(value: DataclassInstance) -> dict[str, object]:
    found = {}
    for name, default, nested in _encoded_fields(type(value)):
        inner = getattr(value, name)
        if inner is not default:
            found[name] = _plain(inner) if nested and inner is not None else inner
    return found


def _unusual(value: object) -> object:
    if isinstance(value, Secret):
        return value.reveal()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _plain(value)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, frozenset):
        return sorted(value)
    message = f"a message cannot hold a {type(value).__name__}"
    raise TypeError(message)


# ── JSON to values ───────────────────────────────────────────────────────────


@lru_cache(maxsize=64)
def _decoders(kind: type) -> tuple[tuple[str, _Decoder], ...]:
    """Return the fields that JSON alone does not hold as they are, and what makes them."""
    found = ((name, _decoder(hint)) for name, hint in field_types(kind).items())
    return tuple((name, decoder) for name, decoder in found if decoder is not None)


def _decoded_fields(kind: type, document: dict[str, Any]) -> dict[str, Any]:
    for name, decoder in _decoders(kind):
        value = document.get(name)
        if value is not None:
            document[name] = decoder(value)
    return document


def _decoder(hint: object) -> _Decoder | None:
    kind = required_type(hint)
    if kind is Secret:
        return Secret
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        return lambda document: kind(**_decoded_fields(kind, document))
    if get_origin(kind) is tuple:
        item = _decoder(get_args(kind)[0])
        return tuple if item is None else lambda items: tuple(map(item, items))
    inner = _decoder(get_args(kind)[1]) if get_origin(kind) is Mapping else None
    if inner is None:
        return None
    return lambda table: {key: inner(value) for key, value in table.items()}
