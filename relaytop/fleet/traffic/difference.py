"""Whether users and probes differ by more than the errors of both, and what that may mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from relaytop.fleet.traffic.intervals import p95_interval, rate_interval
from relaytop.monitor.number_format import format_count, format_percent

if TYPE_CHECKING:
    from relaytop.monitor.summary import Distribution, Summary
    from relaytop.monitor.traffic import Traffic

Waits = Literal["users", "probes"]
Rule = Literal["probes_fail", "users_fail", "users_wait", "probes_wait"]
NOTICEABLE_RATE = 0.05
"""The least difference of two error rates that is worth a sentence."""
NOTICEABLE_RATIO = 1.25
"""The least ratio of two times that is worth a sentence."""
FEWEST_REQUESTS = 20
KEY_CLASSES = frozenset({"auth", "credit", "permission", "rate_limited"})
"""Error classes that a key has, whatever the model does."""
THIS_KEY_SHARE = 0.5
SECOND_MS, TENS_MS = 1000.0, 10_000.0


@dataclass(frozen=True, slots=True)
class Difference:
    """A way in which users and probes of a row differ."""

    rule: Rule
    sentence: str


def difference(probes: Summary, users: Traffic) -> Difference | None:
    """Return how they differ: in failures before times; None where nothing shows that they do.

    A row that is not heard from, paused or never probed says nothing.
    """
    if probes.status in {"unknown", "paused"}:
        return None
    return _in_failures(probes, users) or _in_times(probes, users)


def _in_failures(probes: Summary, users: Traffic) -> Difference | None:
    if probes.error_rate is None or users.error_rate is None:
        return None
    n = users.requests or 0.0
    if probes.requests < FEWEST_REQUESTS or n < FEWEST_REQUESTS:
        return None
    mine = rate_interval(probes.error_rate * probes.requests, probes.requests)
    theirs = rate_interval(users.error_rate * n, n)
    if abs(probes.error_rate - users.error_rate) < NOTICEABLE_RATE:
        return None
    rates = (
        f"probes {format_percent(probes.error_rate)} %",
        f"users {format_percent(users.error_rate)} %",
    )
    if mine[0] > theirs[1]:
        few = users.error_rate < NOTICEABLE_RATE
        words = "probes fail, users do not" if few else "probes fail more than users"
        return Difference("probes_fail", f"{words}: {', '.join(rates)}: {_why_probes_fail(probes)}")
    if theirs[0] > mine[1]:
        few = probes.error_rate < NOTICEABLE_RATE
        words = "users fail, probes do not" if few else "users fail more than probes"
        return Difference("users_fail", f"{words}: {', '.join(reversed(rates))}: longer requests?")
    return None


def _why_probes_fail(probes: Summary) -> str:
    """Return what to look at: the key, unless most failures are of the network from here."""
    failed = sum(probes.errors.values())
    of_the_path = sum(probes.errors.get(name, 0) for name in ("dns", "connect", "tls"))
    of_the_key = sum(probes.errors.get(name, 0) for name in KEY_CLASSES)
    if failed and of_the_path > failed * THIS_KEY_SHARE:
        return f"the path from {probes.place or 'here'}?"
    if failed and of_the_key > failed * THIS_KEY_SHARE:
        return "this key"
    return "this key?"


def _in_times(probes: Summary, users: Traffic) -> Difference | None:
    """Return who waits longer: for the first token where that is known, else for the whole reply.

    Users ask for longer replies than probes do, so that a latency alone says less.
    """
    latency = _who_waits_longer(users.latency, probes.latency)
    first_token = _who_waits_longer(users.ttft, probes.ttft)
    who = first_token or latency
    if who is None:
        return None
    whole = latency == who
    theirs, mine = (users.latency, probes.latency) if whole else (users.ttft, probes.ttft)
    what = f"{who} wait longer{'' if whole else ' for the first token'}"
    if who == "users":
        as_soon = first_token is None and _both_known(users.ttft, probes.ttft)
        cause = _why_users_wait(users, as_soon=as_soon)
        times = f"P95 {_seconds(theirs)}, probes {_seconds(mine)}"
        return Difference("users_wait", f"{what}: {times}: {cause}")
    times = f"P95 {_seconds(mine)}, users {_seconds(theirs)}"
    return Difference("probes_wait", f"{what}: {times}: the path from {probes.place or 'here'}?")


def _why_users_wait(users: Traffic, *, as_soon: bool) -> str:
    """Return what may be the cause; `as_soon`: their replies begin as soon as the probes' do."""
    if as_soon:
        return "longer replies?"
    waiting = round(users.gauges.get("waiting", 0.0))
    return f"{format_count(waiting)} in the queue" if waiting >= 1 else "queueing?"


def _who_waits_longer(users: Distribution, probes: Distribution) -> Waits | None:
    theirs, mine = p95_interval(users), p95_interval(probes)
    if theirs is None or mine is None or not users.p95 or not probes.p95:
        return None
    if theirs[0] > mine[1] and users.p95 >= probes.p95 * NOTICEABLE_RATIO:
        return "users"
    if mine[0] > theirs[1] and probes.p95 >= users.p95 * NOTICEABLE_RATIO:
        return "probes"
    return None


def _both_known(users: Distribution, probes: Distribution) -> bool:
    return p95_interval(users) is not None and p95_interval(probes) is not None


def _seconds(times: Distribution) -> str:
    """Write a P95 with its unit; beyond the deadline or the last bucket what it lies above."""
    ms = times.p95 or 0.0
    bucket = times.bucket_of("p95")
    sign = ">" if "p95" in times.censored or (bucket and bucket[1] is None) else ""
    if ms < SECOND_MS:
        return f"{sign}{ms:.0f} ms"
    return f"{sign}{ms / 1000:.{0 if ms >= TENS_MS else 1}f} s"
