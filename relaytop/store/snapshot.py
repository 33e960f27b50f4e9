"""Snapshots on disk: TOML written, TOML or JSON read."""

from __future__ import annotations

import json
import math
import tomllib
from typing import TYPE_CHECKING, Any

import tomli_w

from relaytop.config.errors import RelaytopError
from relaytop.config.safe_files import make_private_folder, read_bounded
from relaytop.config.text_files import decode_text
from relaytop.store.atomic import write_new
from relaytop.store.document import SCHEMA
from relaytop.wire.text import clean

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

MAX_BYTES = 64 * 1024 * 1024
KINDS = ("live", "baseline", "shadow")
LARGEST = 10**18


class SnapshotError(RelaytopError):
    """A file that is no snapshot, or one of a newer relaytop."""


def save_snapshot(document: dict[str, Any], folder: Path) -> Path:
    """Write a snapshot into a folder under its kind and time; return the path.

    Raises:
        OSError: It cannot be written.
    """
    taken: datetime = document["taken_at"]
    make_private_folder(folder)
    stamp = f"{taken:%Y%m%dT%H%M%S}.{taken.microsecond // 1000:03d}Z"
    return write_new(folder / f"{document['kind']}-{stamp}.toml", to_toml(document).encode())


def to_toml(document: dict[str, Any]) -> str:
    """Return the document as TOML."""
    return tomli_w.dumps(document)


def to_json(document: dict[str, Any] | list[Any]) -> str:
    """Return the document as JSON, its moments in RFC 3339."""
    return json.dumps(document, indent=2, ensure_ascii=False, default=_moment)


def _moment(value: datetime) -> str:
    return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def load_snapshot(path: Path) -> dict[str, Any]:
    """Read a snapshot.

    Raises:
        SnapshotError: It cannot be read, or is none, or of a newer schema.
    """
    document = _parsed(path, _text(path))
    schema = document.get("schema")
    if not isinstance(schema, int) or isinstance(schema, bool) or "targets" not in document:
        raise _none(path, "it lacks `schema` or `targets`")
    if schema > SCHEMA:
        sentence = (
            f"{path} has schema {schema}, but this relaytop reads up to {SCHEMA}: update relaytop"
        )
        raise SnapshotError(sentence)
    _check(path, document)
    return document


def _none(path: Path, why: str) -> SnapshotError:
    return SnapshotError(
        f"{path} is not a relaytop snapshot: {why}; name a file that `s` in the monitor, "
        "`relaytop baseline` or `relaytop shadow` saved, or a recording"
    )


def _text(path: Path) -> str:
    try:
        return decode_text(read_bounded(path, MAX_BYTES, stdin=True))
    except UnicodeDecodeError:
        raise _none(path, "it is not text") from None
    except OSError as error:
        sentence = f"{path} cannot be read: {error.strerror}"
        raise SnapshotError(sentence) from None


def _parsed(path: Path, text: str) -> dict[str, Any]:
    try:
        document = json.loads(text) if text.lstrip()[:1] == "{" else tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise _none(path, f"neither TOML nor JSON ({error})") from None
    if not isinstance(document, dict):
        raise _none(path, "it is not a table")
    return document


def _check(path: Path, document: dict[str, Any]) -> None:
    """Check what readers rely on; keys that are not known are let through."""
    if not _is_finite(document):
        raise _none(path, "it contains a number that is NaN, infinite or far too large")
    if document.get("kind") not in KINDS:
        raise _none(path, f"kind is not one of {', '.join(KINDS)}")
    targets = document["targets"]
    if not isinstance(targets, list):
        raise _none(path, "targets is not a list")
    for number, target in enumerate(targets, 1):
        if not isinstance(target, dict) or not isinstance(target.get("target"), str):
            raise _none(path, f"target {number} has no name")
        wrong = _wrong_field(target, _TARGET)
        if wrong is not None:
            sentence = f"{path}: {clean(target['target'])}: {wrong} has the wrong type"
            raise SnapshotError(sentence)
    wrong = _wrong_field(document, _DOCUMENT)
    if wrong is not None:
        sentence = f"{path}: {wrong} has the wrong type"
        raise SnapshotError(sentence)


def _wrong_field(
    table: Mapping[str, Any], kinds: Mapping[str, Kind], parent: str = ""
) -> str | None:
    """Return the first field whose value is not what readers rely on; None where all are."""
    for key, kind in kinds.items():
        value = table.get(key)
        if value is None:
            continue
        if isinstance(kind, dict):
            wrong = _wrong_field(value, kind, f"{key}.") if isinstance(value, dict) else key
            if wrong is not None:
                return f"{parent}{wrong}"
        elif isinstance(value, bool) is not (kind is bool) or not isinstance(value, kind):
            return f"{parent}{key}"
    return None


def _is_finite(value: object) -> bool:
    """Return whether every number is finite and no larger than one that can be meant."""
    if isinstance(value, dict):
        return all(map(_is_finite, value.values()))
    if isinstance(value, list):
        return all(map(_is_finite, value))
    if isinstance(value, int):
        return abs(value) <= LARGEST
    return not isinstance(value, float) or math.isfinite(value)


_NUMBER = (int, float)
Kind = type | tuple[type, ...] | dict[str, Any]
_TIMES: dict[str, Any] = {
    **dict.fromkeys(("min", "mean", "p50", "p95", "p99", "max"), _NUMBER),
    "n": int,
    "censored": bool,
    "skip_bounds": dict,
    "bucket_bounds": dict,
    "confidence": dict,
}
_COUNTS: dict[str, Any] = {
    **dict.fromkeys(("requests", "ok", "skipped", "paced", "cached", "stale", "stalled_here"), int),
}
_COSTS: dict[str, Any] = dict.fromkeys(("cost_usd", "cost_at_least_usd", "counted_usd"), _NUMBER)
_TARGET: dict[str, Kind] = {
    **_COUNTS,
    **_COSTS,
    "status": str,
    "timeout_s": _NUMBER,
    "error_rate": _NUMBER,
    "error_vif": _NUMBER,
    "errors": dict,
    "latency_ms": _TIMES,
    "ttft_ms": _TIMES,
    "gap_ms": _TIMES,
    "late_ms": _TIMES,
    "served": dict,
    "tokens": {"input": int, "output": int},
    "tok_s": {"n": int, "p50": _NUMBER},
    "total": {**_COUNTS, **_COSTS},
    "window_cut": {"kept": int, "of": int},
    "rate_limit": dict,
    "last_error": {"class": str, "message": str, "request_id": str},
}
_DOCUMENT: dict[str, Kind] = {
    "kind": str,
    "relaytop": str,
    "host": str,
    "window_s": _NUMBER,
    "window_requests": int,
    "budget": {"usd": _NUMBER, "spent_usd": _NUMBER},
}
"""The kinds of fields that readers rely on; others are let through."""
