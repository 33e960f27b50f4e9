"""Groups of targets, and the state of one."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.monitor.group import (
    Group,
    GroupSummary,
    group_by_model,
    group_by_provider,
    severity,
    summarise,
)
from relaytop.monitor.summary import Distribution, LastError, Status, Summary, Totals
from relaytop.wire.facts import Limit, RateLimit

TARGETS = ("relay/gpt-4.1", "relay/o3", "direct/openai/gpt-4.1", "direct/claude", "azure/main")


def summary(number: int, status: Status = "up", **fields: Any) -> Summary:
    fields = {"since": 100.0 + number, **fields}
    return Summary(target=f"p/m{number}", provider="p", model=f"m{number}", status=status, **fields)


def failing(number: int, error: str, status: Status = "down", **fields: Any) -> Summary:
    last = LastError(error, 1.0, "no", None)
    errors = {error: 3}
    broken = ("recent",) if status == "degraded" else ()
    return summary(number, status, last_error=last, errors=errors, broken=broken, **fields)


def state(*members: Summary) -> GroupSummary:
    targets = tuple(s.target for s in members)
    return summarise(Group("provider:p", "p", targets), members)


def test_by_provider_in_the_order_of_their_first() -> None:
    groups = group_by_provider(TARGETS)
    assert [(g.key, g.name, len(g.targets)) for g in groups] == [
        ("provider:relay", "relay", 2),
        ("provider:direct", "direct", 2),
        ("provider:azure", "azure", 1),
    ]


def test_by_model_whoever_made_or_named_it() -> None:
    groups = group_by_model(TARGETS, {"GPT": ("relay/gpt-4.1", "azure/main", "gone/x")})
    assert [(g.key, g.name, g.targets) for g in groups] == [
        ("model:gpt", "GPT", ("relay/gpt-4.1", "direct/openai/gpt-4.1", "azure/main")),
        ("model:o3", "o3", ("relay/o3",)),
        ("model:claude", "claude", ("direct/claude",)),
    ]


IDS = st.sampled_from([f"{p}/{m}" for p in "abc" for m in ("x", "v/x", "y", "Y", "z")])
NAMES = st.lists(IDS, unique=True)
ALIASES = st.dictionaries(st.sampled_from(["x", "q", "v/y"]), NAMES.map(tuple))


@given(NAMES, ALIASES)
def test_every_target_is_in_one_group(
    names: list[str], aliases: dict[str, tuple[str, ...]]
) -> None:
    for groups in (group_by_provider(names), group_by_model(names, aliases)):
        assert sorted(each for group in groups for each in group.targets) == sorted(names)
        assert len({group.key for group in groups}) == len(groups)


@pytest.mark.parametrize(
    ("members", "status", "why"),
    [
        ((summary(0), summary(1)), "up", None),
        ((summary(0), summary(1, "paused")), "up", None),
        ((summary(0), summary(1, "unknown")), "up", None),
        ((summary(0, "paused"), summary(1, "paused")), "paused", None),
        ((summary(0, "paused"), summary(1, "unknown")), "unknown", None),
        ((failing(0, "auth"), failing(1, "timeout")), "down", "2 of 2 failing"),
        ((failing(0, "auth"), summary(1, "unknown")), "down", "1 of 1 auth"),
        ((failing(0, "auth"), failing(1, "auth"), summary(2)), "down", "2 of 3 auth"),
        ((failing(0, "auth"), failing(1, "dns"), summary(2)), "degraded", "2 of 3 failing"),
        ((failing(0, "auth"), summary(1)), "degraded", "1 of 2 auth"),
        ((failing(0, "auth", "degraded"), summary(1)), "degraded", "1 of 2 auth"),
        ((failing(0, "auth"), failing(1, "auth"), failing(2, "dns")), "down", "2 of 3 auth"),
    ],
)
def test_its_status_and_why(members: tuple[Summary, ...], status: str, why: str | None) -> None:
    found = state(*members)
    assert found.status == status
    assert (found.why.sentence if found.why else None) == why


def test_its_figures_are_the_worst_and_the_sums_of_its_targets() -> None:
    limits = [RateLimit(Limit(60, left, 1.0), Limit()) for left in (30, 6)]
    found = state(
        failing(0, "auth", requests=10, ok=0, total=Totals(10, 0, cost_usd=0.5)),
        summary(1, requests=90, ok=90, latency=Distribution(90, p95=800.0), rate_limit=limits[0]),
        summary(
            2,
            latency=Distribution(9, p95=900.0),
            rate_limit=limits[1],
            total=Totals(9, 9, cost_usd=0.25, cost_complete=False),
        ),
    )
    assert found.slowest is not None
    assert found.slowest.target == "p/m2"
    assert found.scarcest is not None
    assert found.scarcest.target == "p/m2"
    assert found.error_rate == pytest.approx(0.1)
    assert (found.cost_usd, found.cost_complete) == (0.75, False)
    assert found.since == 100.0
    assert (found.counts["down"], found.counts["up"], found.failing) == (1, 2, 1)


def test_percentiles_beyond_the_deadline_are_the_slowest() -> None:
    cut = Distribution(3, p95=None, censored=frozenset({"p95"}))
    found = state(summary(0, latency=Distribution(20, p95=9000.0)), summary(1, latency=cut))
    assert found.slowest is not None
    assert found.slowest.target == "p/m1"


def test_an_up_group_is_up_since_the_last_of_it_is() -> None:
    assert state(summary(0), summary(7)).since == 107.0
    assert state(summary(0), failing(3, "dns"), failing(5, "dns", "degraded")).since == 103.0


def test_a_cost_of_which_nothing_is_known_is_none() -> None:
    found = state(summary(0, total=Totals(3, 3)), summary(1))
    assert (found.cost_usd, found.cost_complete) == (None, False)
    assert (found.error_rate, found.slowest, found.scarcest) == (None, None, None)


def test_the_worst_come_first_and_the_well_keep_their_order() -> None:
    limit = 1000.0
    ordered = [
        failing(0, "dns", error_rate=0.9),
        failing(1, "dns", error_rate=0.5),
        failing(2, "dns", "degraded", error_rate=1.0),
        summary(3, "unknown"),
        summary(4, "paused"),
        summary(5, error_rate=0.01, latency=Distribution(9, p95=10.0)),
        summary(6, error_rate=0.0, latency=Distribution(9, censored=frozenset({"p95"}))),
        summary(7, error_rate=0.0, latency=Distribution(9, p95=3000.0)),
        summary(8, error_rate=0.0, latency=Distribution(9, p95=300.0)),
        summary(9, error_rate=0.0, latency=Distribution(9, p95=400.0)),
    ]
    shuffled = ordered[5:] + ordered[:5]
    assert sorted(shuffled, key=lambda s: severity(s, limit)) == ordered
