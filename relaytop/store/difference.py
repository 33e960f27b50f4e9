"""Changes between two snapshots, and which of them are only noise given the counts."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from relaytop.store.document import censored_text, finite_number

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Kind = Literal["worse", "better", "noise", "gone", "new"]
CERTAIN = 2.58
"""Standard errors beyond which a change is believed: by chance in one of a hundred."""
MIN_SHARE = 0.05
"""A latency or cost that changed by less is left alone, however sure it is."""
COST_SPREAD = 0.3
"""Spread of the costs of requests, in shares of their mean, where replies vary in length."""
SAME_TOKENS = 0.01
"""Tokens a request that differ by less are the same: it is the price that changed then."""
MIN_SPREAD = 0.02
"""Of a logarithm: below it two percentiles say nothing of how much replies differ."""
Z95 = 1.645
QUANTILES = {"p50": (1.2533, 5), "p95": (2.1132, 20), "p99": (3.7333, 100)}
"""Percentile → (its standard error in standard deviations × √n, samples that carry it)."""
METHOD = (
    "A change counts where chance would show it in fewer than 1 of 100 comparisons: of an error "
    "rate by its counts, of a percentile by its count and the spread between P50 and P95, of a "
    "cost by the replies, unless their tokens are the same. Below 5 % a latency or a cost is left "
    "alone. P95 needs 20 samples on both sides, P99 100; one that timeouts cut off is judged by "
    "their count."
)


@dataclass(frozen=True, slots=True)
class Change:
    """One figure of one target, before and after."""

    target: str
    figure: str
    """`status`, `error rate`, `P50`, `P95`, `P99`, `TTFT` or `$ a request`."""
    before: float | str | None
    after: float | str | None
    kind: Kind
    weight: float
    """Importance, for sorting; 0 for noise."""


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """Compare two snapshot documents; what matters most comes first, noise last.

    Args:
        before: The reference.
        after: The newer one.
    """
    old, new = (_by_target(document) for document in (before, after))
    changes = [
        Change(name, "status", old[name].get("status"), None, "gone", 500.0)
        for name in old
        if name not in new
    ]
    for name, target in new.items():
        if name in old:
            changes += compare_target(old[name], target)
        else:
            changes.append(Change(name, "status", None, target.get("status"), "new", 400.0))
    return sorted(changes, key=lambda change: -change.weight)


def regressed(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Return whether something got worse beyond noise, or is gone."""
    return any(change.kind in {"worse", "gone"} for change in difference(before, after))


def limited_to(reference: Mapping[str, Any], document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a reference with the targets of `document` alone: what was not probed is not gone."""
    names = {target["target"] for target in document["targets"]}
    targets = [target for target in reference["targets"] if target["target"] in names]
    return {**reference, "targets": targets}


def compare_target(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """Compare one target's parts of two documents."""
    name = str(new["target"])
    return [
        *_status(name, old, new),
        *_error_rate(name, old, new),
        *_times(name, "latency_ms", {"p50": "P50", "p95": "P95", "p99": "P99"}, old, new),
        *_times(name, "ttft_ms", {"p50": "TTFT"}, old, new),
        *_cost(name, old, new),
    ]


def _by_target(document: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {str(target["target"]): target for target in document["targets"]}


RANK = {"up": 0, "degraded": 1, "down": 2}


def _status(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    before, after = old.get("status"), new.get("status")
    if before != after and before in RANK and after in RANK:
        step = RANK[after] - RANK[before]
        kind: Kind = "worse" if step > 0 else "better"
        yield Change(name, "status", before, after, kind, 1000.0 * abs(step))


def _error_rate(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    counts = [(finite_number(t.get("requests")), finite_number(t.get("ok"))) for t in (old, new)]
    (n_old, ok_old), (n_new, ok_new) = counts
    if not n_old or not n_new or ok_old is None or ok_new is None:
        return
    if not (0 <= ok_old <= n_old and 0 <= ok_new <= n_new):
        return
    before, after = (n_old - ok_old) / n_old, (n_new - ok_new) / n_new
    if before == after:
        return
    sure = _shares_differ((n_old - ok_old, n_old), (n_new - ok_new, n_new))
    yield _change(name, "error rate", before, after, sure=sure, weight=300 * abs(after - before))


def _shares_differ(before: tuple[float, float], after: tuple[float, float]) -> bool:
    """Return whether two (count, of how many) differ beyond chance."""
    # Agresti and Caffo: one more of each, so that a share of 0 is no certainty.
    (p, n), (q, m) = [((count + 1) / (of + 2), of + 2) for count, of in (before, after)]
    return abs(q - p) > CERTAIN * math.sqrt(p * (1 - p) / n + q * (1 - q) / m)


def _times(
    name: str,
    table: str,
    figures: Mapping[str, str],
    old: Mapping[str, Any],
    new: Mapping[str, Any],
) -> Iterator[Change]:
    olds, news = old.get(table, {}), new.get(table, {})
    for key, title in figures.items():
        before, after = finite_number(olds.get(key)), finite_number(news.get(key))
        if (_is_censored(olds, key), _is_censored(news, key)) in {(True, False), (False, True)}:
            yield from _censored(name, title, key, (old, new), (before, after))
            continue
        if before is None or after is None or min(before, after) <= 0 or before == after:
            continue
        factor, least = QUANTILES[key]
        if min(olds.get("n", 0), news.get("n", 0)) < least:
            continue
        error = math.hypot(*(factor * _spread(t) / math.sqrt(t["n"]) for t in (olds, news)))
        step = math.log(after / before)
        sure = abs(step) > CERTAIN * error and abs(after / before - 1) >= MIN_SHARE
        yield _change(name, title, before, after, sure=sure, weight=50 * abs(step))


def _is_censored(table: Mapping[str, Any], key: str) -> bool:
    """Return whether a percentile lies beyond the deadline: absent, and not for want of samples."""
    return table.get("censored") is True and bool(table.get("n")) and key not in table


def _censored(
    name: str,
    title: str,
    key: str,
    targets: tuple[Mapping[str, Any], Mapping[str, Any]],
    values: tuple[float | None, float | None],
) -> Iterator[Change]:
    """Compare a percentile with one that timeouts cut off."""
    if values == (None, None):
        return
    counts = [
        (
            finite_number(t.get("errors", {}).get("timeout")) or 0.0,
            finite_number(t.get("requests")) or 0.0,
        )
        for t in targets
    ]
    if min(of for _count, of in counts) < QUANTILES[key][1]:
        return
    before, after = (
        censored_text(target) if value is None else value
        for target, value in zip(targets, values, strict=True)
    )
    if not _shares_differ(*counts):
        yield Change(name, title, before, after, "noise", 0.0)
        return
    kind: Kind = "worse" if values[1] is None else "better"
    yield Change(name, title, before, after, kind, 200.0)


def _spread(table: Mapping[str, Any]) -> float:
    """Return the standard deviation of a time's logarithm, from its P50 and P95."""
    p50, p95 = finite_number(table.get("p50")), finite_number(table.get("p95"))
    if p50 is None or p95 is None or not 0 < p50 < p95:
        return MIN_SPREAD
    return max(MIN_SPREAD, math.log(p95 / p50) / Z95)


def _cost(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    each = []
    for target in (old, new):
        cost, ok = finite_number(target.get("cost_usd")), finite_number(target.get("ok"))
        each.append(cost / ok if cost is not None and ok is not None and ok > 0 else None)
    before, after = each
    if before is None or after is None or before == after:
        return
    share = 1.0 if before <= 0 else abs(after / before - 1)
    spread = 0.0 if _same_tokens(old, new) else COST_SPREAD
    error = spread * math.sqrt(1 / float(old["ok"]) + 1 / float(new["ok"]))
    sure = share >= MIN_SHARE and share > CERTAIN * error
    yield _change(name, "$ a request", before, after, sure=sure, weight=20 * share)


def _same_tokens(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Return whether a request took as many tokens before as after, in and out."""
    for kind in ("input", "output"):
        counts = [finite_number(target.get("tokens", {}).get(kind)) for target in (old, new)]
        if counts[0] is None or counts[1] is None:
            return False
        before, after = counts[0] / float(old["ok"]), counts[1] / float(new["ok"])
        if abs(after - before) > SAME_TOKENS * max(before, after):
            return False
    return True


def _change(
    name: str, figure: str, before: float, after: float, *, sure: bool, weight: float
) -> Change:
    if not sure:
        return Change(name, figure, before, after, "noise", 0.0)
    kind: Kind = "worse" if after > before else "better"
    return Change(name, figure, before, after, kind, weight)
