import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.report.difference import DifferenceReport
from relaytop.report.render import render
from relaytop.store.difference import Change, difference


def target(name: str = "p/m", **fields: object) -> dict[str, object]:
    latency = {"n": 100, "p50": 200.0, "p95": 300.0, "p99": 350.0}
    usual = {"status": "up", "requests": 100, "ok": 100, "latency_ms": latency, "cost_usd": 0.01}
    return {"target": name, **usual, **fields}


def document(*targets: dict[str, object]) -> dict[str, object]:
    return {"schema": 1, "kind": "baseline", "targets": list(targets)}


def real(before: dict[str, object], after: dict[str, object]) -> list[Change]:
    changes = difference(document(before), document(after))
    return [change for change in changes if change.kind != "noise"]


def slower(factor: float, n: int = 100) -> dict[str, object]:
    times = {name: value * factor for name, value in (("p50", 200), ("p95", 300), ("p99", 350))}
    return target(latency_ms={"n": n, **times}, requests=n, ok=n)


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
    changes = difference(document(slower(1.0, n=8)), document(slower(1.15, n=8)))
    assert {change.figure for change in changes} == {"P50"}


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


def cut(n: int, timeouts: int, **times: float) -> dict[str, object]:
    latency = {"n": n - timeouts, "p50": 200.0, "censored": True, **times}
    found = target(requests=n, ok=n - timeouts, latency_ms=latency, cost_usd=None)
    return {**found, "errors": {"timeout": timeouts}, "timeout_s": 30.0}


def test_a_percentile_that_the_deadline_cut_off_is_worse() -> None:
    found = real(target(requests=200, ok=200, cost_usd=None), cut(200, 15))
    assert [(c.figure, c.before, c.after, c.kind) for c in found if c.figure[0] == "P"] == [
        ("P95", 300.0, ">30s", "worse"),
        ("P99", 350.0, ">30s", "worse"),
    ]
    assert "300 ms   >30s" in render(DifferenceReport(found), "table")
    back = real(cut(200, 15), target(requests=200, ok=200, cost_usd=None))
    assert {c.kind for c in back} == {"better"}


def test_a_cut_by_chance_is_noise() -> None:
    found = difference(document(target(requests=100, ok=100)), document(cut(100, 2, p95=300.0)))
    assert [(c.figure, c.kind) for c in found if c.figure == "P99"] == [("P99", "noise")]
    assert not [c for c in found if c.figure == "P95"]


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


def test_chance_is_rarely_taken_for_change() -> None:
    rng = random.Random(7)

    def drawn() -> dict[str, object]:
        values = sorted(rng.lognormvariate(5.3, 0.3) for _ in range(100))
        times = {"n": 100, "p50": values[50], "p95": values[94], "p99": values[98]}
        ok = sum(rng.random() > 0.03 for _ in range(100))
        return target(latency_ms=times, ok=ok, cost_usd=None)

    wrong = sum(bool(real(drawn(), drawn())) for _ in range(200))
    assert wrong <= 16  # four figures, each by chance in one of a hundred


figures = st.none() | st.floats() | st.text(max_size=3) | st.integers() | st.just(10**400)


times = st.fixed_dictionaries({"n": st.integers(0, 9), "p50": figures, "p95": figures})
fields = st.fixed_dictionaries(
    {
        "latency_ms": times,
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
