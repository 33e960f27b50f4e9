import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.monitor.confidence import intervals
from relaytop.report.difference import DifferenceReport
from relaytop.report.render import render
from relaytop.store.difference import Change, difference, without_intervals
from relaytop.store.interval import interval_of
from tests.bench.diff import KINDS, told


def times(n: int, factor: float = 1.0, timeouts: int = 0) -> dict[str, Any]:
    """Return a table of latencies that are spread evenly from 100 to 300 ms, times a factor."""
    rng = random.Random(n)
    values: list[float | None] = [factor * (100 + 200 * (i + 0.5) / n) for i in range(n)]
    values += [None] * timeouts
    rng.shuffle(values)
    good = sorted(value for value in values if value is not None)
    confidence = {
        name: {end: ms for end, ms in zip(("low", "high"), pair, strict=True) if ms is not None}
        for name, pair in intervals(values, 30_000.0).items()
    }
    found: dict[str, Any] = {"n": n, "min": good[0], "max": good[-1], "confidence": confidence}
    for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99)):
        if timeouts > (1 - share) * (n + timeouts):
            found["censored"] = True
        else:
            found[name] = good[int(share * (n + timeouts - 1))]
    return found


def target(name: str = "p/m", **fields: object) -> dict[str, object]:
    latency = times(400)
    usual = {"status": "up", "requests": 100, "ok": 100, "latency_ms": latency, "cost_usd": 0.01}
    return {"target": name, "error_vif": 1.0, **usual, **fields}


def document(*targets: dict[str, object]) -> dict[str, object]:
    return {"schema": 1, "kind": "baseline", "targets": list(targets)}


def real(before: dict[str, object], after: dict[str, object]) -> list[Change]:
    changes = difference(document(before), document(after))
    return [change for change in changes if change.kind != "noise"]


def slower(factor: float, n: int = 400) -> dict[str, object]:
    return target(latency_ms=times(n, factor), requests=n, ok=n, cost_usd=None)


def test_the_same_is_no_difference() -> None:
    assert difference(document(target()), document(target())) == []
    assert "no difference shown" in render(DifferenceReport([]), "table")


def test_what_is_slower_beyond_noise_is_told() -> None:
    found = real(target(), slower(1.5))
    assert {change.figure for change in found} == {"P50", "P95", "P99"}
    assert {change.kind for change in found} == {"worse"}
    text = render(DifferenceReport(found), "table")
    assert "+50 %" in text
    assert {change.kind for change in real(slower(1.5), target())} == {"better"}


def test_few_samples_carry_little() -> None:
    assert real(slower(1.0, n=8), slower(1.15, n=8)) == []
    assert {c.figure for c in real(slower(1.0, n=50), slower(1.6, n=50))} == {"P50"}
    assert {c.figure for c in real(slower(1.0, n=100), slower(1.6, n=100))} == {"P50", "P95"}


def test_a_change_below_five_percent_is_left_alone_however_sure() -> None:
    assert not real(slower(1.0, n=20_000), slower(1.04, n=20_000))
    assert real(slower(1.0, n=20_000), slower(1.07, n=20_000))


def without(found: dict[str, object]) -> dict[str, object]:
    latency = found["latency_ms"]
    assert isinstance(latency, dict)
    return {**found, "latency_ms": {k: v for k, v in latency.items() if k != "confidence"}}


def test_a_snapshot_without_intervals_shows_large_differences_alone_and_says_so() -> None:
    old, mild, large = without(target()), slower(1.2), slower(4.0)
    assert not [c for c in real(old, mild) if c.figure.startswith("P")]
    assert "P50" in {c.figure for c in real(old, large)}
    assert without_intervals(document(old))
    assert not without_intervals(document(mild))
    text = render(DifferenceReport([], without_intervals=True), "table")
    assert "by an older relaytop" in text


def test_probes_that_were_skipped_leave_a_percentile_open() -> None:
    stalled = times(400, 2.0)
    stalled["skip_bounds"] = {"p95": {"low": 150.0, "high": 9000.0}}
    found = real(target(), target(latency_ms=stalled))
    assert {c.figure for c in found} == {"P50", "P99"}


def test_the_bucket_of_a_histogram_leaves_its_percentile_open() -> None:
    wide = times(400, 2.0)
    wide["bucket_bounds"] = {"p95": {"low": 150.0, "high": 9000.0}}
    found = real(target(), target(latency_ms=wide))
    assert {c.figure for c in found} == {"P50", "P99"}
    assert interval_of({"n": 1, "bucket_bounds": {"p95": {"low": 150.0}}}, "p95") == (None, None)


def test_a_status_is_judged_by_its_figures() -> None:
    assert not real(target(), target(status="degraded"))
    assert not real(target(), target(status="down"))
    found = real(target(), target(status="down", requests=400, ok=100))
    assert [(c.figure, c.kind) for c in found] == [("status", "worse"), ("error rate", "worse")]
    found = real(target(status="degraded"), {**slower(0.5), "status": "up"})
    assert ("status", "better") in [(c.figure, c.kind) for c in found]


def test_errors_in_a_burst_are_fewer_than_they_look() -> None:
    scattered = target(requests=100, ok=85, error_vif=1.0, cost_usd=None)
    burst = target(requests=100, ok=85, error_vif=10.0, cost_usd=None)
    usual = target(requests=100, ok=100, error_vif=1.0)
    assert [c.figure for c in real(usual, scattered)] == ["error rate"]
    assert not real(usual, burst)


@pytest.mark.parametrize(
    ("ok_before", "ok_after", "kind"),
    [(100, 80, "worse"), (80, 100, "better"), (100, 98, None), (97, 95, None)],
)
def test_an_error_rate_is_judged_by_its_counts(
    ok_before: int, ok_after: int, kind: str | None
) -> None:
    found = real(target(ok=ok_before, cost_usd=None), target(ok=ok_after, cost_usd=None))
    assert [change.kind for change in found] == ([kind] if kind else [])


@pytest.mark.parametrize(
    ("n", "factor", "tokens", "kind"),
    [
        (5, 1.1, (), None),
        (100, 1.06, (), None),
        (100, 1.5, (), "worse"),
        (1000, 0.9, (), "better"),
        (5, 1.1, (500, 80), "worse"),  # the same tokens: it is the price that changed
        (5, 1.04, (500, 80), None),
    ],
)
def test_a_cost_is_judged_by_its_counts_and_tokens(
    n: int, factor: float, tokens: tuple[int, int], kind: str | None
) -> None:
    told = {"tokens": {"input": tokens[0], "output": tokens[1]}} if tokens else {}
    before = {**target(requests=n, ok=n, cost_usd=0.001 * n), **told}
    after = {**target(requests=n, ok=n, cost_usd=0.001 * n * factor), **told}
    assert [change.kind for change in real(before, after)] == ([kind] if kind else [])


def cut(n: int, timeouts: int) -> dict[str, object]:
    found = target(
        requests=n,
        ok=n - timeouts,
        latency_ms=times(n - timeouts, timeouts=timeouts),
        cost_usd=None,
    )
    return {**found, "errors": {"timeout": timeouts}, "timeout_s": 30.0}


def test_a_percentile_that_the_deadline_cut_off_is_worse() -> None:
    usual = target(requests=400, ok=400, cost_usd=None)
    found = real(usual, cut(400, 60))
    assert [(c.figure, c.after, c.kind) for c in found if c.figure[0] == "P"] == [
        ("P95", ">30s", "worse"),
        ("P99", ">30s", "worse"),
    ]
    assert "290 ms    >30s" in render(DifferenceReport(found), "table")
    back = real(cut(400, 60), usual)
    assert {c.kind for c in back} == {"better"}


def test_a_cut_by_chance_is_noise() -> None:
    found = difference(document(target(requests=400, ok=400)), document(cut(400, 5)))
    assert [(c.figure, c.kind) for c in found if c.figure == "P99"] == [("P99", "noise")]


def test_what_matters_most_comes_first() -> None:
    down = target("p/a", status="down", ok=10)
    found = difference(
        document(target("p/a"), target("p/b"), target("p/gone")),
        document(down, {**slower(1.2), "target": "p/b"}, target("p/new")),
    )
    assert [(c.target, c.figure) for c in found[:3]] == [
        ("p/a", "status"),
        ("p/gone", "status"),
        ("p/new", "status"),
    ]


@pytest.mark.parametrize("kind", sorted(KINDS.keys() - {"spells of ten"}))
def test_chance_is_rarely_taken_for_change(kind: str) -> None:
    """One in a hundred for each figure; where times remember each other strongly, a few more."""
    found = told(KINDS[kind], 120, runs=120)
    assert sum(found.values()) <= 4 * (3.0 if kind == "memory 0.95" else 2.0)


def test_a_change_that_matters_is_seen() -> None:
    assert told(KINDS["lognormal 0.4"], 120, runs=60, factor=1.4)["P50"] >= 90


figures = st.none() | st.floats() | st.text(max_size=3) | st.integers() | st.just(10**400)


ends = st.fixed_dictionaries({}, optional={"low": figures, "high": figures})
tables = figures | st.fixed_dictionaries({}, optional={"p50": ends, "p95": ends | figures})
some_times = st.fixed_dictionaries(
    {"n": st.integers(0, 9), "p50": figures, "p95": figures},
    optional={"confidence": tables, "skip_bounds": tables, "censored": st.booleans()},
)
fields = st.fixed_dictionaries(
    {
        "latency_ms": some_times,
        "error_vif": figures,
        "ok": figures,
        "requests": figures,
        "cost_usd": figures,
        "status": figures,
    }
)


@given(fields)
def test_whatever_a_snapshot_holds_it_can_be_compared(found: dict[str, object]) -> None:
    changes = difference(document(target()), document({**target(), **found}))
    assert render(DifferenceReport(changes), "table")
    assert render(DifferenceReport(changes), "markdown")
