"""Messages as lines of JSON: the type's name, then its fields; what is unset is left out.

A field's annotation says what it holds, so that a new field or message needs nothing here. A field
that the reader does not know is left out: it changes no other's meaning, and another checkout of
the same version may send it. What is missing, and a message of an unknown kind, is an error.
"""

from __future__ import annotations

import base64
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
from relaytop.wire.text import clean

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T")
COMMANDS: dict[str, type[Command]] = {kind.__name__: kind for kind in get_args(Command)}
REPORTS: dict[str, type[Report]] = {kind.__name__: kind for kind in get_args(Report)}
_MODULES = (collections.abc, settings, facts, sample, messages)
_NAMES = {name: value for module in _MODULES for name, value in vars(module).items()}
"""Names in annotations that their modules import for type checkers alone."""
MAX_TEXT = 1000
"""Characters of a text that another process wrote, where it is to be shown."""
_Decoder = Callable[[Any], object]


MAX_QUOTED = 100
"""Characters of a message that are quoted where it cannot be read."""


class BadMessageError(Exception):
    """A line that is no message."""


def _refuse_constant(name: str) -> float:
    message = f"{name} is not a JSON number"
    raise ValueError(message)


_JSON = json.JSONDecoder(parse_constant=_refuse_constant)


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


def decode(line: bytes, kinds: Mapping[str, type[T]], *, shown: bool = False) -> T:
    """Read a message of one of these kinds: its name → its dataclass.

    Args:
        line: The message.
        kinds: Those that are expected.
        shown: Whether its texts are to be shown: they are made one short line each, without control
            and bidi characters.

    Raises:
        BadMessageError: It is none.
    """
    try:
        document = _JSON.decode(line.decode())
        name = document.pop("")
        if name not in kinds:
            message = f"a message of an unknown kind, {clean(repr(name), MAX_QUOTED)}"
            raise BadMessageError(message)
        return kinds[name](**_decoded_fields(kinds[name], document, shown=shown))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BadMessageError(clean(f"not a message: {error}", MAX_QUOTED)) from None


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
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    message = f"a message cannot hold a {type(value).__name__}"
    raise TypeError(message)


# ── JSON to values ───────────────────────────────────────────────────────────


@lru_cache(maxsize=128)
def _decoders(
    kind: type, *, shown: bool
) -> tuple[frozenset[str], tuple[tuple[str, _Decoder], ...]]:
    """Return the fields' names, and what makes those that JSON alone does not hold as they are."""
    hints = field_types(kind)
    found = ((name, _decoder(hint, shown=shown)) for name, hint in hints.items())
    return frozenset(hints), tuple((name, decoder) for name, decoder in found if decoder)


def _decoded_fields(kind: type, document: dict[str, Any], *, shown: bool) -> dict[str, Any]:
    names, decoders = _decoders(kind, shown=shown)
    if not document.keys() <= names:
        document = {name: document[name] for name in names & document.keys()}
    for name, decoder in decoders:
        value = document.get(name)
        if value is not None:
            document[name] = decoder(value)
    return document


def _decoder(hint: object, *, shown: bool) -> _Decoder | None:
    kind = required_type(hint)
    if kind is str:
        return _shown_text if shown else None
    if kind is bytes:
        return _bytes
    if kind is Secret:
        return Secret
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        return lambda document: kind(**_decoded_fields(kind, document, shown=shown))
    if get_origin(kind) is tuple:
        return _tuple_decoder(get_args(kind), shown=shown)
    if get_origin(kind) is Mapping:
        name, inner = (_decoder(part, shown=shown) or _unchanged for part in get_args(kind))
        return lambda table: {name(key): inner(value) for key, value in table.items()}
    return None


def _tuple_decoder(parts: tuple[object, ...], *, shown: bool) -> _Decoder:
    if parts[-1] is Ellipsis:
        item = _decoder(parts[0], shown=shown)
        return lambda items: tuple(_list(items) if item is None else map(item, _list(items)))
    makers = [_decoder(part, shown=shown) or _unchanged for part in parts]
    return lambda items: tuple(make(item) for make, item in zip(makers, _list(items), strict=True))


def _unchanged(value: object) -> object:
    return value


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        message = f"{type(value).__name__} instead of a list"
        raise TypeError(message)
    return value


def _bytes(value: str) -> bytes:
    return base64.b64decode(value, validate=True)


def _shown_text(value: object) -> str:
    if not isinstance(value, str):
        message = f"{type(value).__name__} instead of a string"
        raise TypeError(message)
    if len(value) <= MAX_TEXT and value.isprintable():
        return value
    return clean(value, MAX_TEXT)
