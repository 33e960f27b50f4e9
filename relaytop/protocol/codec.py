"""Messages as lines of JSON: the type's name, then its fields; what is unset is left out."""

from __future__ import annotations

import dataclasses
import json
import sys
import types
import typing
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Union, get_args, get_origin, get_type_hints

from relaytop.config import settings as settings_module
from relaytop.config.settings import Secret, Settings, Target
from relaytop.probe import sample as sample_module
from relaytop.probe.sample import Sample
from relaytop.protocol import messages
from relaytop.protocol.messages import Command, Report
from relaytop.wire import facts as facts_module
from relaytop.wire.facts import Failure, Limit, RateLimit, Usage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from _typeshed import DataclassInstance

COMMANDS = {kind.__name__: kind for kind in get_args(Command)}
REPORTS = {kind.__name__: kind for kind in get_args(Report)}
_NAMES = {
    **vars(typing),
    "Mapping": typing.Mapping,
    **{t.__name__: t for t in (Settings, Target, Sample, Failure, Limit, RateLimit, Usage)},
    **vars(settings_module),
    **vars(sample_module),
    **vars(facts_module),
}


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
    command: Command = decode(line, COMMANDS)
    return command


def decode_report(line: bytes) -> Report:
    """Read what the engine sent.

    Raises:
        BadMessageError: It is no report.
    """
    report: Report = decode(line, REPORTS)
    return report


def decode(line: bytes, kinds: Mapping[str, Any]) -> Any:
    """Read a message of one of these kinds: its name → its dataclass.

    Raises:
        BadMessageError: It is none.
    """
    try:
        document = json.loads(line)
        return _build(kinds[document.pop("")], document)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadMessageError(str(error)) from None


# ── values to JSON ───────────────────────────────────────────────────────────


@lru_cache(maxsize=64)
def _field_defaults(kind: type) -> tuple[tuple[str, Any], ...]:
    return tuple((field.name, field.default) for field in dataclasses.fields(kind))


def _plain(value: Any) -> dict[str, Any]:
    found = {}
    for name, default in _field_defaults(type(value)):  # type: ignore[arg-type] # a class is hashable
        inner = getattr(value, name)
        if inner is default or (inner is None and default is None):
            continue
        found[name] = _plain(inner) if dataclasses.is_dataclass(inner) else inner
    return found


def _unusual(value: Any) -> Any:
    if isinstance(value, Secret):
        return value.reveal()
    if dataclasses.is_dataclass(value):
        return _plain(value)
    if isinstance(value, frozenset):
        return sorted(value)
    return dict(value)


# ── JSON to values ───────────────────────────────────────────────────────────


@lru_cache(maxsize=64)
def _hints(kind: type) -> dict[str, Any]:
    own = vars(sys.modules[kind.__module__])
    hints = get_type_hints(kind, globalns={**own, **_NAMES, **vars(messages)})
    return {field.name: _shape(hints[field.name]) for field in dataclasses.fields(kind)}


def _shape(hint: Any) -> Any:
    """Reduce a type to what decoding must know: a dataclass, a container of them, or None."""
    if get_origin(hint) in {Union, types.UnionType}:
        inner = [arg for arg in get_args(hint) if arg is not type(None)]
        return _shape(inner[0]) if len(inner) == 1 else None
    if get_origin(hint) is tuple:
        return ("tuple", _shape(get_args(hint)[0]))
    if dataclasses.is_dataclass(hint):
        return hint
    if hint is Secret:
        return Secret
    arguments = get_args(hint)
    if len(arguments) == 2:  # noqa: PLR2004 - a mapping
        inner = _shape(arguments[1])
        return ("mapping", inner) if inner is not None else None
    return None


def _build(kind: Any, document: dict[str, Any]) -> Any:
    hints = _hints(kind)
    return kind(**{name: _value(hints[name], value) for name, value in document.items()})


def _value(shape: Any, value: Any) -> Any:
    if shape is None or value is None:
        return value
    if shape is Secret:
        return Secret(value)
    if isinstance(shape, tuple):
        container, inner = shape
        if container == "tuple":
            return tuple(_value(inner, item) for item in value)
        return {key: _value(inner, item) for key, item in value.items()}
    return _build(shape, value)
