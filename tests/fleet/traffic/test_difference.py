"""When users and probes differ, and the sentence that says so; a test for each rule."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.fleet.traffic.difference import difference
from relaytop.fleet.traffic.intervals import p95_interval, rate_interval
from relaytop.monitor.summary import Distribution
from relaytop.monitor.traffic import Traffic
from tests.support.fleets import approximate, row_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relaytop.monitor.summary import Summary

NONE = Distribution()
ROW = "relay/gpt-4.1 @ eu-west"


def probes(
    p50: float = 450.0, ttft: float | None = None, failed: float = 0.0, **facts: Any
) -> Summary:
    first = NONE if ttft is None else approximate(ttft)
    return row_of(ROW, p50, ttft=first, error_rate=failed, **facts)


def users(
    p50: float = 450.0,
    ttft: float | None = None,
    failed: float | None = 0.0,
    n: int = 10_000,
    gauges: Mapping[str, float] | None = None,
) -> Traffic:
    return Traffic(
        exporter="litellm",
        requests=float(n),
        error_rate=failed,
        latency=approximate(p50, n=n),
        ttft=NONE if ttft is None else approximate(ttft, n=n),
        gauges=gauges or {},
    )


def sentence(mine: Summary, theirs: Traffic) -> str | None:
    found = difference(mine, theirs)
    return None if found is None else found.sentence


def test_nothing_where_they_agree() -> None:
    assert difference(probes(), users()) is None
    assert difference(probes(failed=0.02), users(failed=0.03)) is None


def test_nothing_within_a_bucket() -> None:
    assert difference(probes(450.0), users(500.0)) is None


def test_users_wait_longer() -> None:
    found = sentence(probes(450.0), users(2100.0))
    assert found == "users wait longer: P95 4.2 s, probes 900 ms: queueing?"


def test_users_wait_longer_for_the_first_token_too() -> None:
    found = sentence(probes(450.0, ttft=200.0), users(2100.0, ttft=900.0))
    assert found == "users wait longer: P95 4.2 s, probes 900 ms: queueing?"


def test_users_wait_in_a_queue_that_is_known() -> None:
    found = sentence(probes(450.0), users(2100.0, gauges={"waiting": 12.0}))
    assert found == "users wait longer: P95 4.2 s, probes 900 ms: 12 in the queue"


def test_users_replies_are_longer() -> None:
    found = sentence(probes(450.0, ttft=200.0), users(21_000.0, ttft=210.0))
    assert found == "users wait longer: P95 42 s, probes 900 ms: longer replies?"


def test_users_wait_for_the_first_token() -> None:
    found = sentence(probes(450.0, ttft=200.0), users(480.0, ttft=400.0))
    assert found == "users wait longer for the first token: P95 800 ms, probes 400 ms: queueing?"


def test_probes_wait_longer() -> None:
    found = sentence(probes(1050.0), users(400.0))
    assert found == "probes wait longer: P95 2.1 s, users 800 ms: the path from eu-west?"


def test_probes_wait_for_the_first_token_though_users_replies_are_longer() -> None:
    found = sentence(probes(450.0, ttft=400.0), users(2100.0, ttft=100.0))
    assert found is not None
    assert found.startswith("probes wait longer for the first token: P95 800 ms, users 200 ms")


def test_probes_fail() -> None:
    found = sentence(probes(failed=0.4), users(failed=0.001))
    assert found == "probes fail, users do not: probes 40.0 %, users 0.1 %: this key?"


@pytest.mark.parametrize(
    ("errors", "cause"),
    [
        ({"auth": 160}, "this key"),
        ({"rate_limited": 100, "timeout": 60}, "this key"),
        ({"connect": 160}, "the path from eu-west?"),
        ({"server_error": 160}, "this key?"),
    ],
)
def test_why_probes_fail(errors: dict[str, int], cause: str) -> None:
    found = sentence(probes(failed=0.4, errors=errors), users(failed=0.001))
    assert found is not None
    assert found.endswith(f": {cause}")


def test_probes_fail_more() -> None:
    found = sentence(probes(failed=0.4), users(failed=0.2))
    assert found is not None
    assert found.startswith("probes fail more than users: ")


def test_users_fail() -> None:
    found = sentence(probes(), users(failed=0.12))
    assert found == "users fail, probes do not: users 12.0 %, probes 0.0 %: longer requests?"


def test_failures_come_before_times() -> None:
    found = difference(probes(450.0, failed=0.5), users(2100.0))
    assert found is not None
    assert found.rule == "probes_fail"


def test_too_few_say_nothing() -> None:
    assert difference(probes(450.0), users(2100.0, n=10)) is None
    assert difference(probes(requests=10, failed=0.5), users(failed=0.0)) is None
    assert difference(probes(failed=0.5), users(failed=None)) is None


@pytest.mark.parametrize("status", ["unknown", "paused"])
def test_a_row_that_is_not_probed_says_nothing(status: str) -> None:
    assert difference(probes(status=status), users(2100.0)) is None


def test_users_beyond_the_last_bucket() -> None:
    theirs = dataclasses.replace(users(), latency=approximate(41_000.0, n=9000, last=True))
    bounds = {**theirs.latency.bounds, "p95": (82_000.0, None)}
    theirs = dataclasses.replace(theirs, latency=dataclasses.replace(theirs.latency, bounds=bounds))
    found = sentence(probes(450.0), theirs)
    assert found == "users wait longer: P95 >82 s, probes 900 ms: queueing?"


def test_probes_beyond_the_last_bucket_are_not_shorter() -> None:
    mine = row_of(ROW, 41_000.0, ttft=NONE)
    censored = Distribution(
        n=400,
        p50=41_000.0,
        p95=82_000.0,
        p99=82_000.0,
        approximate=True,
        bounds={"p50": (40_000.0, 50_000.0), "p95": (82_000.0, None), "p99": (82_000.0, None)},
    )
    theirs = Traffic(exporter="vllm", latency=approximate(80_000.0, n=9000))
    assert difference(dataclasses.replace(mine, latency=censored), theirs) is None


@given(st.integers(0, 500), st.integers(1, 500))
def test_the_interval_of_a_rate_holds_it(failed: int, more: int) -> None:
    n = failed + more
    low, high = rate_interval(failed, n)
    assert 0.0 <= low <= failed / n <= high <= 1.0


@given(st.floats(1.0, 1e6), st.integers(20, 1_000_000))
def test_the_interval_of_a_p95_holds_its_bucket(p50: float, n: int) -> None:
    times = approximate(p50, n=n)
    found = p95_interval(times)
    assert found is not None
    low, high = times.bounds["p95"]
    assert low is not None
    assert high is not None
    assert found[0] <= low * (1 + 1e-9)
    assert found[1] >= high * (1 - 1e-9)


@given(
    st.floats(1.0, 1e5),
    st.floats(1.0, 1e5),
    st.integers(0, 10_000),
    st.floats(0, 1),
    st.floats(0, 1),
)
def test_a_difference_never_contradicts_its_figures(
    mine: float, theirs: float, n: int, failing: float, users_failing: float
) -> None:
    found = difference(probes(mine, failed=failing), users(theirs, failed=users_failing, n=n))
    if found is not None and found.rule == "probes_fail":
        assert failing > users_failing
    if found is not None and found.rule == "users_fail":
        assert failing < users_failing
    if found is not None and found.rule == "users_wait":
        assert theirs > mine
    if found is not None and found.rule == "probes_wait":
        assert mine > theirs
