"""A snapshot: its heading, and a row for each target."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from relaytop.monitor import number_format
from relaytop.report.blocks import Lines, Table, Text, columns
from relaytop.store.document import censored_text, finite_number
from relaytop.wire.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relaytop.report.blocks import Block
    from relaytop.report.render import TextOptions

COLUMNS = columns(
    "status",
    "target",
    "P50",
    "P95",
    "P99",
    "TTFT",
    "tok/s",
    "err%",
    "requests",
    "skipped",
    "$",
    "errors",
    left=("status", "target", "errors"),
)


@dataclass(frozen=True, slots=True)
class SnapshotReport:
    """A snapshot, or a recording as one."""

    snapshot: dict[str, Any]

    def document(self) -> dict[str, Any]:
        """Return the snapshot itself."""
        return self.snapshot

    def blocks(self, _options: TextOptions) -> list[Block]:
        """Return its heading and its table, latencies in milliseconds."""
        return blocks(self.snapshot)


def blocks(document: dict[str, Any], *, remarks: bool = True) -> list[Block]:
    """Return a snapshot's heading and the table of its targets; the unknown is blank.

    Args:
        document: The snapshot.
        remarks: Whether to say below where replies came from that are not what they should be.
    """
    targets = document["targets"]
    lines = [line for target in targets for line in _remarks(target)] if remarks else []
    lines += _notes(document) if remarks else []
    return [
        Text(heading(document)),
        Table(COLUMNS, [_row(each) for each in targets]),
        *([Lines(lines)] if lines else []),
    ]


def _remarks(target: dict[str, Any]) -> Iterator[str]:
    """Yield what is to be known of where a target's replies came from, beside its figures."""
    name = clean(target["target"])
    cached, served = target.get("cached"), target.get("served")
    if isinstance(cached, int) and cached:
        sign = target.get("cache_sign")
        how = f" ({clean(sign)})" if isinstance(sign, str) else ""
        yield f"{name}: {cached} replies were cached{how}: not measured, excluded from all figures"
    cut = target.get("window_cut")
    if isinstance(cut, dict):
        kept, wanted = finite_number(cut.get("kept")), finite_number(cut.get("of"))
        if kept is not None and wanted is not None:
            yield f"{name}: {kept:.0f} of the window's {wanted:.0f} samples kept: raise `history`"
    if target.get("served_match") == "different" and isinstance(served, dict):
        models = ", ".join(f"{clean(str(model))} {count}" for model, count in served.items())
        yield f"{name}: replies came from a different model: {models}"
    for key, what in (("relay_retries", "retried its"), ("relay_fallbacks", "used another")):
        count = target.get(key)
        if isinstance(count, int) and count:
            yield f"{name}: for {count} replies the relay {what} upstream before it replied"


def _notes(document: dict[str, Any]) -> Iterator[str]:
    """Yield the user's notes with their moments."""
    notes = document.get("notes")
    for note in notes if isinstance(notes, list) else ():
        if isinstance(note, dict) and isinstance(note.get("text"), str):
            yield f"{_written(note.get('at', ''))}  {clean(note['text'])}"


def _row(target: dict[str, Any]) -> list[str]:
    latency, ttft = target.get("latency_ms", {}), target.get("ttft_ms", {})
    errors = target.get("errors", {})
    rate, cost = target.get("error_rate"), _cost(target)
    return [
        clean(str(target.get("status", ""))),
        clean(target["target"]),
        *(_percentile(target, latency, name) for name in ("p50", "p95", "p99")),
        _percentile(target, ttft, "p50"),
        number_format.format_rate(finite_number(target.get("tok_s", {}).get("p50"))),
        "" if rate is None else number_format.format_percent(rate),
        str(target.get("requests", "")),
        str(target.get("skipped", "")),
        cost,
        clean(", ".join(f"{name} {count}" for name, count in errors.items())),
    ]


def _cost(target: dict[str, Any]) -> str:
    """Write a cost; behind `≥` what is known of one."""
    for name, bound in (("cost_usd", ""), ("cost_at_least_usd", "≥")):
        value = finite_number(target.get(name))
        if value is not None:
            return f"{bound}{number_format.format_usd(value)}"
    return ""


def _percentile(target: dict[str, Any], figure: dict[str, Any], name: str) -> str:
    if finite_number(figure.get(name)) is None:
        return censored_text(target) if figure.get("censored") and figure.get("n") else ""
    bounds = figure.get("skip_bounds")
    if isinstance(bounds, dict) and isinstance(bounds.get(name), dict):
        low, high = (finite_number(bounds[name].get(end)) for end in ("low", "high"))
        most = censored_text(target) if high is None else number_format.format_ms(high)
        return f"{milliseconds(low)}…{most}"
    buckets = figure.get("bucket_bounds")
    if isinstance(buckets, dict) and isinstance(buckets.get(name), dict):
        return f"≈{milliseconds(figure.get(name))}"
    return milliseconds(figure.get(name))


def milliseconds(value: object) -> str:
    """Write a time in milliseconds; blank where it is unknown."""
    known = finite_number(value)
    return "" if known is None else number_format.format_ms(known)


def _written(at: object) -> str:
    """Write a document's moment, which a TOML has as one and a JSON as text."""
    shown = at.isoformat(timespec="seconds") if isinstance(at, datetime) else str(at)
    return clean(shown.replace("+00:00", "Z"))


def heading(document: dict[str, Any]) -> str:
    """Return the line above the table: what it is, when and where it was taken."""
    window = document.get("window_s")
    span = f", window {number_format.format_age(window)}" if isinstance(window, int | float) else ""
    taken = document.get("taken_at", "")
    shown = _written(taken)
    budget = document.get("budget", {})
    money = ""
    if isinstance(budget, dict) and isinstance(budget.get("spent_usd"), int | float):
        money = f", ${budget['spent_usd']:.4f} spent that day of ${budget.get('usd', 0):.2f}"
    host = clean(str(document.get("host", "")))
    where = f" on {host}" if host else ""
    return f"{document['kind']} snapshot of {shown}{where}{span}{money}"
