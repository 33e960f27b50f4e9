"""Changes between two snapshots, and which of them are only noise given the counts."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from relaytop.store.document import censored_text, finite_number
from relaytop.store.interval import OLD_ERROR_VIF, interval_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from relaytop.monitor.confidence import Interval

Kind = Literal["worse", "better", "noise", "gone", "new"]
CERTAIN = 2.58
"""Standard errors beyond which a change is believed: by chance in one of a hundred."""
MIN_SHARE = 0.05
"""A latency or cost that changed by less is left alone, however sure it is."""
COST_SPREAD = 0.3
"""Spread of the costs of requests, in shares of their mean, where replies vary in length."""
SAME_TOKENS = 0.01
"""Tokens a request that differ by less are the same: it is the price that changed then."""
METHOD = (
    "A percentile counts as changed if its intervals in both snapshots do not overlap, an error "
    "rate if its counts differ by 2.6 standard errors; both allow for slow spells and errors in "
    "bursts, and show a change by chance in about 1 of 100. A change of cost is judged by the "
    "replies, unless their tokens are equal. Changes of latency or cost below 5 % are ignored. P50 "
    "needs about 12 samples on both sides, P95 65, P99 335, and more if slow replies come in "
    "spells."
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


def without_intervals(document: Mapping[str, Any]) -> bool:
    """Return whether an older relaytop wrote it: only large differences show beside it."""
    sampled = [t["latency_ms"] for t in document["targets"] if t.get("latency_ms", {}).get("n")]
    return any("confidence" not in latency for latency in sampled)


def limited_to(reference: Mapping[str, Any], document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a reference with the targets of `document` alone: what was not probed is not gone."""
    names = {target["target"] for target in document["targets"]}
    targets = [target for target in reference["targets"] if target["target"] in names]
    return {**reference, "targets": targets}


def compare_target(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """Compare one target's parts of two documents."""
    name = str(new["target"])
    figures = [
        *_error_rate(name, old, new),
        *_times(name, "latency_ms", {"p50": "P50", "p95": "P95", "p99": "P99"}, old, new),
        *_times(name, "ttft_ms", {"p50": "TTFT"}, old, new),
        *_cost(name, old, new),
    ]
    return [*_status(name, old, new, {change.kind for change in figures}), *figures]


def _by_target(document: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {str(target["target"]): target for target in document["targets"]}


RANK = {"up": 0, "degraded": 1, "down": 2}


def _status(
    name: str, old: Mapping[str, Any], new: Mapping[str, Any], kinds: Collection[Kind]
) -> Iterator[Change]:
    """Compare the status, which is worse or better only where a figure is.

    Args:
        name: The target's.
        old: Its part before.
        new: Its part after.
        kinds: What became of its figures.
    """
    before, after = old.get("status"), new.get("status")
    if before != after and before in RANK and after in RANK:
        step = RANK[after] - RANK[before]
        kind: Kind = "worse" if step > 0 else "better"
        if kind in kinds:
            yield Change(name, "status", before, after, kind, 1000.0 * abs(step))
        else:
            yield Change(name, "status", before, after, "noise", 0.0)


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
    counts_of = _effective(old, n_old - ok_old, n_old), _effective(new, n_new - ok_new, n_new)
    sure = _shares_differ(*counts_of)
    yield _change(name, "error rate", before, after, sure=sure, weight=300 * abs(after - before))


def _shares_differ(before: tuple[float, float], after: tuple[float, float]) -> bool:
    """Return whether two (count, of how many) differ beyond chance."""
    # Agresti and Caffo: one more of each, so that a share of 0 is no certainty.
    (p, n), (q, m) = [((count + 1) / (of + 2), of + 2) for count, of in (before, after)]
    return abs(q - p) > CERTAIN * math.sqrt(p * (1 - p) / n + q * (1 - q) / m)


def _effective(target: Mapping[str, Any], count: float, of: float) -> tuple[float, float]:
    """Return (count, of how many) as fewer that are independent of each other."""
    inflation = max(1.0, finite_number(target.get("error_vif")) or OLD_ERROR_VIF)
    return count / inflation, of / inflation


def _times(
    name: str,
    table: str,
    figures: Mapping[str, str],
    old: Mapping[str, Any],
    new: Mapping[str, Any],
) -> Iterator[Change]:
    for key, title in figures.items():
        before, after = (_time(target, target.get(table, {}), key) for target in (old, new))
        if before is None or after is None or before == after:
            continue
        first, second = (interval_of(target.get(table, {}), key) for target in (old, new))
        apart = _is_below(first, second) or _is_below(second, first)
        if isinstance(before, str) or isinstance(after, str):
            step = math.inf if isinstance(after, str) else -math.inf
            kind: Kind = "noise" if not apart else "worse" if step > 0 else "better"
            yield Change(name, title, before, after, kind, 200.0 * apart)
            continue
        step = math.log(after / before)
        sure = apart and abs(after / before - 1) >= MIN_SHARE
        yield _change(name, title, before, after, sure=sure, weight=50 * abs(step))


def _time(target: Mapping[str, Any], figure: Mapping[str, Any], key: str) -> float | str | None:
    """Return a percentile in milliseconds, the deadline's text where it lies beyond, or None."""
    value = finite_number(figure.get(key))
    if value is not None:
        return value if value > 0 else None
    # Absent, and not for want of samples: the deadline cut it off.
    cut = figure.get("censored") is True and bool(figure.get("n"))
    return censored_text(target) if cut else None


def _is_below(one: Interval, other: Interval) -> bool:
    return one[1] is not None and other[0] is not None and one[1] < other[0]


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
    yield _change(name, "$ per request", before, after, sure=sure, weight=20 * share)


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
