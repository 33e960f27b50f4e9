"""Groups of targets: by provider, by model, by place; and the state of one now."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from relaytop.config.target_id import split_target
from relaytop.monitor.why import ERRORS, UNREACHABLE, why

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from relaytop.monitor.summary import Status, Summary
    from relaytop.protocol.messages import Credit

WORST_FIRST: Sequence[Status] = ("down", "degraded", "unknown", "paused", "up")
FAILING: Sequence[Status] = ("down", "degraded")
PROBED: Sequence[Status] = ("up", "degraded", "down")
"""Statuses of targets that are probed and of which something is known."""


@dataclass(frozen=True, slots=True)
class Group:
    """Targets that share a provider, a model or a place."""

    key: str
    """`provider:NAME`, `model:NAME` or `place:NAME`."""
    name: str
    targets: tuple[str, ...]
    """The ids of its targets, in the order of the configuration."""


@dataclass(frozen=True, slots=True)
class Why:
    """The reason that most of a group's failing targets have in common."""

    count: int
    of: int
    """The targets of the group that are probed; of `unreachable`, all of them."""
    word: str

    @property
    def texts(self) -> tuple[str, ...]:
        """The reason in a cell, the longest first."""
        long = f"{self.count}/{self.of} {self.word}"
        if self.word == UNREACHABLE and self.count < self.of:
            return long, f"{self.count}/{self.of} unreach", f"{self.count} unreach"
        return long, f"{self.count} {self.word}", self.word

    @property
    def sentence(self) -> str:
        """The reason in words."""
        return f"{self.count} of {self.of} {self.word}"


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupSummary:
    """The state of a group now."""

    group: Group
    members: tuple[Summary, ...]
    """The worst first."""
    status: Status
    """Down where all that are probed are, or more than half of one cause; degraded where any of
    them is not well; paused or unknown where none is probed; else up."""
    health: Status
    """The status; of a group that is paused the one that it had, as far as the budget ended it."""
    counts: Mapping[Status, int]
    """Health → how many of its targets have it."""
    why: Why | None = None
    """None where all that are probed are well, and none is unreachable."""
    since: float
    """Unix seconds: of a group that is not well, when the first of its failing targets left `up`;
    of one that is up, since when all of them are."""
    slowest: Summary | None = None
    """The target with the greatest P95; None where none is known."""
    slowest_users: Summary | None = None
    """The target whose users have the greatest P95; None where nothing is known of them."""
    requests: int = 0
    ok: int = 0
    scarcest: Summary | None = None
    """The target whose rate limit has the smallest share left; None where none is known."""
    cost_usd: float | None = None
    """Since the start, as far as it is known; None where it is of no target."""
    cost_complete: bool = True
    credit: Credit | None = None
    """What is left at the provider that all of them are of; None where it is unknown."""

    @property
    def error_rate(self) -> float | None:
        """0–1 over the window, of all requests together; None without one."""
        return 1 - self.ok / self.requests if self.requests else None

    @property
    def stopped_by_budget(self) -> bool:
        """Whether none is probed any more, and of one at least the budget is why."""
        return self.status == "paused" and any(s.reason == "budget" for s in self.members)

    @property
    def failing(self) -> int:
        """The number of targets that are down or degraded."""
        return sum(self.counts.get(status, 0) for status in FAILING)


def group_by_provider(targets: Iterable[str]) -> list[Group]:
    """Return the groups of targets of one provider, in the order of their first."""
    found: dict[str, list[str]] = {}
    for target in targets:
        found.setdefault(split_target(target).provider, []).append(target)
    return [Group(f"provider:{name}", name, tuple(ids)) for name, ids in found.items()]


def group_by_place(targets: Iterable[str]) -> list[Group]:
    """Return the groups of targets that one place probes, in the order of their first."""
    found: dict[str, list[str]] = {}
    for target in targets:
        found.setdefault(split_target(target).place, []).append(target)
    return [Group(f"place:{name}", name, tuple(ids)) for name, ids in found.items()]


def group_by_model(
    targets: Sequence[str], aliases: Mapping[str, Sequence[str]] | None = None
) -> list[Group]:
    """Return the groups of targets of one model, in the order of their first.

    The same model have those that an alias of the config names together, and those whose ids (or
    an alias) are equal but for a maker's name before the last `/`.
    """
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        while parent.setdefault(name, name) != name:
            name = parent[name]
        return name

    watched = set(targets)
    bare = {target: split_target(target).model.rpartition("/")[2] for target in targets}
    for target in targets:
        parent[root(target)] = root(f"bare:{bare[target].lower()}")
    titles: dict[str, str] = {}
    for alias, names in (aliases or {}).items():
        present = [name for name in names if name in watched]
        for name in present:
            parent[root(name)] = root(f"bare:{alias.lower()}")
        titles |= dict.fromkeys(present[:1], alias)
    found: dict[str, list[str]] = {}
    for target in targets:
        found.setdefault(root(target), []).append(target)
    groups = []
    for ids in found.values():
        name = next((titles[each] for each in ids if each in titles), bare[ids[0]])
        groups.append(Group(f"model:{name.lower()}", name, tuple(ids)))
    return groups


def severity(s: Summary, p95_ms: float) -> tuple[int, float, float]:
    """Return a key that sorts the worst first: by status, error rate, P95 over its threshold.

    Within the threshold one P95 is as good as another: those that are well keep their order.

    Args:
        s: The target.
        p95_ms: Its threshold.
    """
    slow = float("inf") if "p95" in s.latency.censored else (s.latency.p95 or 0.0) / p95_ms
    return WORST_FIRST.index(s.health), -(s.error_rate or 0.0), -max(slow, 1.0)


def summarise(group: Group, members: Sequence[Summary]) -> GroupSummary:
    """Return the state of a group, given its members, the worst first."""
    health = Counter(s.health for s in members)
    counts = Counter(s.status for s in members)
    bad = [s for s in members if s.status in FAILING]
    reason = _reason(bad, sum(counts[status] for status in PROBED)) or _unreachable(members)
    status = _status(counts, [s for s in bad if s.status == "down"])
    costs = [s.total.cost_usd for s in members if s.total.cost_usd is not None]
    return GroupSummary(
        group=group,
        members=tuple(members),
        status=status,
        health=_status(health, [s for s in members if s.health == "down"])
        if status == "paused"
        else status,
        counts=health,
        why=reason,
        since=_since(status, bad, members),
        slowest=max((s for s in members if _p95(s) > 0), key=_p95, default=None),
        slowest_users=max((s for s in members if _users(s) > 0), key=_users, default=None),
        requests=sum(s.requests for s in members),
        ok=sum(s.ok for s in members),
        credit=_credit(members),
        scarcest=min((s for s in members if _left(s) is not None), key=_left_of, default=None),
        cost_usd=sum(costs) if costs else None,
        cost_complete=all(
            s.total.cost_complete and (s.total.cost_usd is not None or not s.total.requests)
            for s in members
        ),
    )


def _status(counts: Mapping[Status, int], down: Sequence[Summary]) -> Status:
    probed = sum(counts.get(status, 0) for status in PROBED)
    if not probed:
        return "paused" if not counts.get("unknown") and counts.get("paused") else "unknown"
    causes = Counter(why(s) for s in down)
    if len(down) == probed or any(2 * count > probed for count in causes.values()):
        return "down"
    return "up" if counts.get("up", 0) == probed else "degraded"


def _reason(bad: Sequence[Summary], probed: int) -> Why | None:
    """Return the cause of most that are not well, or that there are several."""
    causes = Counter(why(s) or ERRORS for s in bad)
    if not causes:
        return None
    word, count = causes.most_common(1)[0]
    if 2 * count > len(bad):
        return Why(count, probed, word)
    return Why(len(bad), probed, "failing")


def _unreachable(members: Sequence[Summary]) -> Why | None:
    """Return how many are not heard from, where there are such."""
    count = sum(s.reason == UNREACHABLE for s in members)
    return Why(count, len(members), UNREACHABLE) if count else None


def _since(status: Status, bad: Sequence[Summary], members: Sequence[Summary]) -> float:
    if bad:
        return min(s.since for s in bad)
    moments = [s.since for s in members if s.status == status]
    if not moments:
        return 0.0
    return max(moments) if status == "up" else min(moments)


def _credit(members: Sequence[Summary]) -> Credit | None:
    """Return what is left at the members' provider; of several places that asked, the newest."""
    if len({s.provider for s in members}) != 1:
        return None
    found = [s.credit for s in members if s.credit is not None]
    return max(found, key=lambda credit: credit.at, default=None)


def _p95(s: Summary) -> float:
    return float("inf") if "p95" in s.latency.censored else s.latency.p95 or 0.0


def _users(s: Summary) -> float:
    return 0.0 if s.traffic is None else s.traffic.latency.p95 or 0.0


def _left(s: Summary) -> float | None:
    """Return the share that is left of the tightest rate limit; None where that is unknown."""
    found = s.rate_limit.tightest if s.rate_limit is not None else None
    if found is None or found[1].remaining is None or not found[1].limit:
        return None
    return found[1].remaining / found[1].limit


def _left_of(s: Summary) -> float:
    return _left(s) or 0.0
