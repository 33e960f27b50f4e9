"""Snapshots on disk: TOML written, TOML or JSON read."""

from __future__ import annotations

import json
import math
import tomllib
from typing import TYPE_CHECKING, Any

import tomli_w

from relaytop.config.errors import RelaytopError
from relaytop.config.text_files import decode_text
from relaytop.store.atomic import write_new
from relaytop.store.document import SCHEMA

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

MAX_BYTES = 64 * 1024 * 1024
KINDS = ("live", "baseline", "shadow")


class SnapshotError(RelaytopError):
    """A file that is no snapshot, or one of a newer relaytop."""


def save_snapshot(document: dict[str, Any], folder: Path) -> Path:
    """Write a snapshot into a folder under its kind and time; return the path.

    Raises:
        OSError: It cannot be written.
    """
    taken: datetime = document["taken_at"]
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
        raise _none(path, "it has no `schema` and `targets`")
    if schema > SCHEMA:
        sentence = f"{path} has schema {schema}, but this relaytop reads up to {SCHEMA}: update it"
        raise SnapshotError(sentence)
    _check(path, document)
    return document


def _none(path: Path, why: str) -> SnapshotError:
    return SnapshotError(
        f"{path} is no relaytop snapshot: {why}; name a file that `s` in the monitor, "
        "`relaytop baseline` or `relaytop shadow` saved, or a recording"
    )


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise _none(path, "it is far too large")
        return decode_text(path.read_bytes())
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
        raise _none(path, "it holds no table")
    return document


def _check(path: Path, document: dict[str, Any]) -> None:
    """Check what readers rely on; keys that are not known are let through."""
    if not _is_finite(document):
        raise _none(path, "it holds a number that is none (nan or inf)")
    if document.get("kind") not in KINDS:
        raise _none(path, f"kind is none of {', '.join(KINDS)}")
    targets = document["targets"]
    if not isinstance(targets, list):
        raise _none(path, "targets is no list")
    for number, target in enumerate(targets, 1):
        if not isinstance(target, dict) or not isinstance(target.get("target"), str):
            raise _none(path, f"target {number} has no name")
        for key, value in target.items():
            kind = _KINDS.get(key)
            wrong = isinstance(value, bool) or not isinstance(value, kind) if kind else False
            if wrong:
                sentence = f"{path}: {target['target']}: {key} is of the wrong kind"
                raise SnapshotError(sentence)


def _is_finite(value: object) -> bool:
    """Return whether every number is finite; a document is never deeper than its parser allows."""
    if isinstance(value, dict):
        return all(map(_is_finite, value.values()))
    if isinstance(value, list):
        return all(map(_is_finite, value))
    return not isinstance(value, float) or math.isfinite(value)


_NUMBER = (int, float)
_KINDS: dict[str, type | tuple[type, ...]] = {
    "status": str,
    "requests": int,
    "ok": int,
    "skipped": int,
    "window_cut": dict,
    "stalled_here": int,
    "paced": int,
    "cached": int,
    "error_rate": _NUMBER,
    "error_vif": _NUMBER,
    "cost_usd": _NUMBER,
    "cost_at_least_usd": _NUMBER,
    "errors": dict,
    "latency_ms": dict,
    "ttft_ms": dict,
    "gap_ms": dict,
    "late_ms": dict,
    "served": dict,
    "tokens": dict,
    "tok_s": dict,
    "total": dict,
    "rate_limit": dict,
    "last_error": dict,
}
