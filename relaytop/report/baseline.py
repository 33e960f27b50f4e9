"""What a baseline showed, as a document and as text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from relaytop.report import difference as difference_report
from relaytop.report import snapshot
from relaytop.report.histogram import histogram
from relaytop.store.difference import difference
from relaytop.store.document import snapshot_document

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from relaytop.jobs.baseline import Baseline

TITLES = ("target", "min", "mean", "max", "tokens in", "tokens out", "by")


def baseline_document(done: Baseline, now: float, host: str) -> dict[str, Any]:
    """Return the snapshot of a whole run, bounded by neither window nor history."""
    document = snapshot_document("baseline", done.monitor, done.settings, now, host)
    document.pop("window_requests", None)
    return document


def text(
    document: dict[str, Any],
    latencies_ms: Mapping[str, Sequence[float]],
    reference: Mapping[str, Any] | None,
    *,
    markdown: bool,
    ascii_only: bool,
) -> str:
    """Return the report for people: tables, histograms, and what changed since a reference."""
    draw = snapshot.markdown if markdown else snapshot.plain
    parts = [snapshot.heading(document), draw(snapshot.TITLES, snapshot.rows(document))]
    parts.append(draw(TITLES, [_more(target) for target in document["targets"]]))
    for name, values in latencies_ms.items():
        bars = histogram(values, ascii_only=ascii_only)
        if bars:
            block = "\n".join(bars)
            parts.append(f"{name}, latency\n\n" + (f"```\n{block}\n```" if markdown else block))
    if reference is not None:
        parts.append(compared(reference, document, markdown=markdown))
    return "\n\n".join(parts)


def compared(
    reference: Mapping[str, Any], document: Mapping[str, Any], *, markdown: bool = False
) -> str:
    """Return what changed since a reference."""
    changes = difference(reference, document)
    told = difference_report.text(changes, markdown=markdown)
    return f"since {snapshot.heading(dict(reference))}\n\n{told}"


def _more(target: dict[str, Any]) -> list[str]:
    latency, tokens = target.get("latency_ms", {}), target.get("tokens", {})
    return [
        target["target"],
        *(snapshot.milliseconds(latency.get(name)) for name in ("min", "mean", "max")),
        *(str(tokens.get(name, "")) for name in ("input", "output")),
        str(target.get("price_source", "")),
    ]
