"""What a row's figures make of it: its status, its bounds, and since when."""

from __future__ import annotations

import dataclasses
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.config.settings import Thresholds
from relaytop.fleet.prometheus.figures import Figures, keep_figures, read_figures
from relaytop.fleet.prometheus.queries import Places
from relaytop.fleet.prometheus.series import Value
from relaytop.fleet.prometheus.summaries import Context, empty, summarise, unreachable
from tests.support.prometheus import AT, ENDS_S, row_labels

KEY = ("relay", "org/m", "eu")
CONTEXT = Context(AT, 0.0, 600.0, {"latency": (*ENDS_S, math.inf), "ttft": ENDS_S}, 15.0)
LIMITS = Thresholds()


def figures(ok: float = 120, failed: float = 0, **facts: object) -> Figures:
    made = Figures(up=1.0, requests={"success": ok, "error": failed})
    made.latency = {"p50": 0.4, "p95": 0.8, "p99": 1.2}
    made.ttft = {"p50": 0.2, "p95": 0.4, "p99": 0.6}
    for name, value in facts.items():
        setattr(made, name, value)
    return made


def judged(found: Figures, **facts: object) -> tuple[str, tuple[str, ...]]:
    summary = summarise(KEY, found, None, dataclasses.replace(LIMITS, **facts), CONTEXT)  # type: ignore[arg-type]
    return summary.status, summary.broken


def test_a_row() -> None:
    found = figures(117, 3, errors={"timeout": 3.0}, cost_usd=0.5, tokens={"prompt": 600.0})
    found.limit, found.remaining = {"requests": 60.0}, {"requests": 58.0, "nonsense": 1.0}
    summary = summarise(KEY, found, None, LIMITS, CONTEXT)
    assert summary.target == "relay/org/m @ eu"
    assert (summary.requests, summary.ok, summary.error_rate) == (120, 117, 0.025)
    assert (summary.input_tokens, summary.output_tokens) == (600, None)
    assert summary.errors == {"timeout": 3}
    assert summary.rate_limit is not None
    assert summary.rate_limit.requests is not None
    assert summary.rate_limit.requests.remaining == 58
    assert summary.latency.approximate
    assert summary.latency.p95 == pytest.approx(800)
    low, high = summary.latency.bounds["p95"]
    assert low is not None
    assert high is not None
    assert low < 800 <= high
    assert high / low == pytest.approx(1.25)


def test_in_the_last_bucket_a_percentile_has_no_upper_end() -> None:
    found = figures(latency={"p50": 0.4, "p95": 0.8, "p99": ENDS_S[-1]})
    summary = summarise(KEY, found, None, LIMITS, CONTEXT)
    assert summary.latency.bounds["p99"][1] is None


@pytest.mark.parametrize(
    ("found", "status", "broken"),
    [
        (figures(), "up", ()),
        (figures(up=0.0), "down", ()),
        (figures(up=None), "unknown", ()),
        (figures(up=0.5), "degraded", ("slower",)),
        (figures(up=0.5, failed=2), "degraded", ("error_rate",)),
        (figures(alerts={"down": 1.0}), "degraded", ("slower",)),
        (figures(latency={"p95": 2.5}), "degraded", ("p95",)),
        (figures(19, latency={"p95": 2.5}), "up", ()),
        (figures(ttft={"p50": 1.5}), "degraded", ("ttft",)),
        (figures(4, ttft={"p50": 1.5}), "up", ()),
        (figures(60, 60), "degraded", ("error_rate",)),
        (figures(111, 9), "up", ()),
        (figures(1, 3), "up", ()),
        (figures(0, 0, latency={}, ttft={}), "up", ()),
    ],
)
def test_its_status(found: Figures, status: str, broken: tuple[str, ...]) -> None:
    assert judged(found) == (status, broken)


def test_what_is_over_is_no_failure_now() -> None:
    over = figures(60, 60, latency={"p95": 2.5}, recent={"success": 60.0, "error": 0.0})
    over.recent_s = {"recent_p95": 0.8, "recent_p50": 0.2}
    assert judged(over) == ("up", ())
    now = figures(300, 0, recent={"success": 40.0, "error": 20.0})
    now.recent_s = {"recent_p95": 2.5, "recent_p50": 1.5}
    assert judged(now) == ("degraded", ("p95", "ttft", "error_rate"))
    few = figures(60, 60, recent={"success": 2.0, "error": 0.0})
    assert judged(few) == ("degraded", ("error_rate",))


def test_thresholds_are_those_of_whoever_looks() -> None:
    assert judged(figures(), p95_ms=700.0) == ("degraded", ("p95",))
    assert judged(figures(latency={"p95": 2.5}), p95_ms=4000.0) == ("up", ())
    assert judged(figures(60, 60), error_rate=0.6) == ("up", ())


def test_since_when() -> None:
    up = summarise(KEY, figures(), None, LIMITS, CONTEXT)
    later = dataclasses.replace(CONTEXT, now=AT + 15)
    assert summarise(KEY, figures(), up, LIMITS, later).since == AT
    down = summarise(KEY, figures(up=0.0), up, LIMITS, later)
    assert down.since == AT + 15
    last = dataclasses.replace(CONTEXT, now=AT + 30)
    assert summarise(KEY, figures(up=0.5), down, LIMITS, last).since == AT + 15
    told = figures(up=0.0, last_success_at=AT - 100)
    assert summarise(KEY, told, None, LIMITS, CONTEXT).since == AT - 100
    fast = dataclasses.replace(CONTEXT, skew_s=40.0)
    assert summarise(KEY, told, None, LIMITS, fast).since == AT - 140


def test_a_row_that_is_down_says_with_what() -> None:
    found = figures(0, 9, up=0.0, errors={"timeout": 2.0, "auth": 7.0, "<b>": 99.0})
    summary = summarise(KEY, found, None, LIMITS, CONTEXT)
    assert summary.last_error is not None
    assert summary.last_error.error_class == "auth"


def test_a_row_that_is_not_heard_from_keeps_its_figures() -> None:
    row = summarise(KEY, figures(60, 60), None, LIMITS, CONTEXT)
    lost = unreachable(row)
    assert (lost.status, lost.reason, lost.broken) == ("unknown", "unreachable", ())
    assert (lost.requests, lost.latency) == (row.requests, row.latency)
    assert empty(KEY, CONTEXT).target == row.target


NUMBERS = st.none() | st.floats()
TABLES = st.dictionaries(
    st.sampled_from(["p50", "p95", "p99", "success", "error", "prompt", "requests", "x"]),
    st.floats(),
)


@given(NUMBERS, TABLES, TABLES, TABLES, TABLES)
def test_any_figures_make_a_row(
    number: float | None,
    requests: dict[str, float],
    latency: dict[str, float],
    limit: dict[str, float],
    errors: dict[str, float],
) -> None:
    values = [
        *(
            (question, {"figure": name, "class": name, "status": name, "kind": name}, value)
            for question, table in (
                ("requests", requests),
                ("latency", latency),
                ("errors", errors),
            )
            for name, value in table.items()
        ),
        *(("up", {"figure": "limit", "kind": name}, value) for name, value in limit.items()),
        ("up", {"figure": "up"}, 1.0 if number is None else number),
        ("up", {"figure": "last_success"}, 1.0 if number is None else number),
        ("others", {"figure": "cost"}, 1.0 if number is None else number),
    ]
    answers: dict[str, list[Value]] = {}
    for question, labels, value in values:
        answers.setdefault(question, []).append(Value({**row_labels(*KEY), **labels}, value, AT))
    for key, found in read_figures(answers, Places("region")).items():
        summary = summarise(key, found, None, LIMITS, CONTEXT)
        assert 0 <= summary.ok <= summary.requests
        assert summary.error_rate is None or 0 <= summary.error_rate <= 1


def test_where_a_place_is() -> None:
    both = Places("region", "instance")
    has = Value(row_labels("p", "m", "eu", instance="i", status="success"), 1.0, AT)
    lacks = Value({"provider": "p", "model": "m", "instance": "i", "status": "success"}, 2.0, AT)
    assert set(read_figures({"requests": [has, lacks]}, both)) == {
        ("p", "m", "eu"),
        ("p", "m", "i"),
    }


def test_what_was_not_answered_stays() -> None:
    before = {KEY: figures(100, remaining={"requests": 5.0})}
    now = {KEY: Figures(up=0.0), ("p", "new", "eu"): Figures(up=1.0)}
    keep_figures(now, before, {"requests", "latency"})
    assert now[KEY].requests == {"success": 100, "error": 0}
    assert now[KEY].latency["p95"] == 0.8
    assert (now[KEY].up, now[KEY].ttft, now[KEY].remaining) == (0.0, {}, {})
