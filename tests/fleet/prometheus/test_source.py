"""Rows of a Prometheus: few queries whatever their number, and what fails leaves the rest."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from relaytop.config.settings import Thresholds
from relaytop.fleet.prometheus.client import PrometheusClient
from relaytop.fleet.prometheus.source import KEPT_S, REFRESH_S, STALE_S, PrometheusSource
from relaytop.fleet.traffic.catalogue import load_exporters
from relaytop.fleet.traffic.reader import TrafficReader
from tests.support.prometheus import (
    AT,
    Asked,
    PrometheusServer,
    matrix_reply,
    refusal_reply,
    row_labels,
    set_fleet,
    text_reply,
    vector_reply,
)
from tests.support.server import Response

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from relaytop.fleet.prometheus.figures import Key

ROWS: list[Key] = [("relay", model, place) for place in ("eu", "us") for model in ("m", "n")]
MOST = 15


class Asking:
    """A source, and a clock that a test moves."""

    def __init__(self, server: PrometheusServer, **given: Any) -> None:
        self.server = server
        self.now = server.at
        self.at: float | None = None
        self.window_s = 600.0
        client = self.client = PrometheusClient(server.url, timeout_s=5)
        facts: dict[str, Any] = {"match": (), "label": None, **given}
        self.source = PrometheusSource(
            client,
            window_s=lambda: self.window_s,
            limits=lambda _key: Thresholds(),
            clock=lambda: self.now,
            moment=lambda: self.at,
            traffic=TrafficReader(
                lambda: load_exporters({}), lambda expr: client.query(expr, self.at)
            ),
            **facts,
        )

    async def refresh(self) -> list[str]:
        """The kinds of what one refresh asks, 15 s after the one before."""
        before = len(self.server.asked)
        await self.source.refresh()
        await self.source.refresh_users()
        self.now += REFRESH_S
        self.server.at += REFRESH_S
        return self.server.kinds()[before:]

    def statuses(self) -> dict[str, str]:
        summaries = [self.source.summary(name, self.now) for name in self.source.targets()]
        return {row.target: row.reason or row.status for row in summaries}


@pytest.fixture
def server() -> Iterator[PrometheusServer]:
    with PrometheusServer() as running:
        set_fleet(running, ROWS)
        yield running


def run(server: PrometheusServer, check: Callable[[Asking], Awaitable[None]], **given: Any) -> None:
    async def to_its_end() -> None:
        asking = Asking(server, **given)
        try:
            await check(asking)
        finally:
            await asking.source.aclose()

    asyncio.run(to_its_end())


def test_the_rows(server: PrometheusServer) -> None:
    async def check(asking: Asking) -> None:
        await asking.refresh()
        assert asking.statuses() == {
            "relay/m @ eu": "up",
            "relay/n @ eu": "up",
            "relay/m @ us": "up",
            "relay/n @ us": "up",
        }
        row = asking.source.summary("relay/m @ eu", asking.now)
        assert (row.requests, row.latency.p95, row.ttft.p50) == (120, 800, 200)
        assert row.latency.bounds["p95"][0] is not None
        assert asking.source.state.problem is None

    run(server, check)


@pytest.mark.parametrize("rows", [1, 300])
def test_the_number_of_queries(server: PrometheusServer, rows: int) -> None:
    set_fleet(server, [("relay", f"m{n}", "eu") for n in range(rows)])
    vllm = [
        ({"__name__": name}, 1.0)
        for name in (
            "vllm:e2e_request_latency_seconds_bucket",
            "vllm:request_success_total",
            "vllm:num_requests_waiting",
        )
    ]
    server.set("traffic", vllm)

    async def check(asking: Asking) -> None:
        for _ in range(8):
            asked = await asking.refresh()
            assert len(asked) <= MOST, Counter(asked)
            for target in asking.source.targets()[:50]:
                asking.source.bins(target, asking.now - 600, 15.0, 40)
            asking.source.points(asking.source.targets()[0], asking.now - 600, asking.now)

    run(server, check)
    assert "samples" in server.kinds()
    assert "traffic" in server.kinds()


def test_what_is_drawn_again_and_again_is_asked_for_once(server: PrometheusServer) -> None:
    async def check(asking: Asking) -> None:
        await asking.refresh()
        asking.now -= REFRESH_S  # no step ends meanwhile
        before = len(server.asked)
        for _ in range(5):
            asking.source.bins("relay/m @ eu", asking.now - 600, 15.0, 40)
            asking.source.points("relay/m @ eu", asking.now - 600, asking.now)
            await asking.source.fetch()
        assert Counter(server.kinds()[before:]) == {"history": 1, "samples": 1}

    run(server, check)


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (text_reply("<html>", kind="text/html"), "not a Prometheus"),
        (text_reply("no", status=401), "wants authentication"),
        (text_reply("", status=503), "HTTP 503"),
        (refusal_reply("query processing would load too many samples"), "for its size"),
    ],
)
def test_a_prometheus_that_fails_leaves_the_rows(
    server: PrometheusServer, answer: Response, sentence: str
) -> None:
    async def check(asking: Asking) -> None:
        await asking.refresh()
        before = asking.statuses()
        answers = dict(server.answers)
        server.answers = {"*": answer}
        await asking.refresh()
        assert sentence in str(asking.source.state.problem)
        assert asking.statuses() == before
        assert asking.source.state.answered_at == AT
        asking.now += STALE_S
        assert set(asking.statuses().values()) == {"unreachable"}
        assert asking.source.summary("relay/m @ eu", asking.now).requests == 120
        server.answers = answers
        await asking.refresh()
        assert asking.source.state.problem is None
        assert asking.statuses() == before

    run(server, check)


@pytest.mark.parametrize(
    "answer", [text_reply("no", status=403), text_reply("x"), Response(cut=True)]
)
def test_a_prometheus_that_fails_from_the_start(server: PrometheusServer, answer: Response) -> None:
    server.answers, answers = {"*": answer}, server.answers

    async def check(asking: Asking) -> None:
        await asking.refresh()
        assert str(asking.source.state.problem) != "None"
        assert list(asking.source.targets()) == []
        server.answers = answers
        await asking.refresh()
        assert asking.source.state.problem is None
        assert len(asking.source.targets()) == 4

    run(server, check)


@pytest.mark.parametrize("kind", ["requests", "latency", "errors", "tokens", "others"])
def test_a_query_that_fails_leaves_its_figures(server: PrometheusServer, kind: str) -> None:
    async def check(asking: Asking) -> None:
        await asking.refresh()
        before = asking.source.summary("relay/m @ eu", asking.now)
        server.answers[kind] = refusal_reply("query processing would load too many samples")
        await asking.refresh()
        row = asking.source.summary("relay/m @ eu", asking.now)
        assert "for its size" in str(asking.source.state.problem)
        assert (row.requests, row.latency, row.cost_usd) == (
            before.requests,
            before.latency,
            before.cost_usd,
        )
        asking.now += KEPT_S
        await asking.refresh()
        row = asking.source.summary("relay/m @ eu", asking.now)
        lost = {"requests": row.requests, "latency": row.latency.p95, "tokens": row.input_tokens}
        assert not lost.get(kind)

    run(server, check)


def test_a_history_that_is_refused_for_its_size_is_asked_for_by_fewer_rows(
    server: PrometheusServer,
) -> None:
    set_fleet(server, [("relay", f"m{n}", "eu") for n in range(60)])
    server.set("traffic", [({"__name__": "vllm:num_requests_waiting"}, 1.0)])
    most = 20

    def history(asked: Asked) -> Response:
        if asked.expr.count("|m") > 8 * most:  # in eight selectors
            return refusal_reply("query processing would load too many samples")
        return matrix_reply([])

    server.answers["history"] = history

    async def check(asking: Asking) -> None:
        problems = []
        for _ in range(5):
            asked = await asking.refresh()
            assert "traffic" in asked, "users' requests go on"
            problems.append(asking.source.state.problem)
            for target in asking.source.targets():
                asking.source.bins(target, asking.now - 600, 15.0, 40)
            before = len(server.asked)
            await asking.source.fetch()
            await asking.source.fetch()
            assert len(server.asked) <= before + 2
        assert problems[0] is None
        assert "for its size" in str(problems[1])
        assert problems[-1] is None

    run(server, check)


def test_a_place_that_is_silent(server: PrometheusServer) -> None:
    async def check(asking: Asking) -> None:
        await asking.refresh()
        set_fleet(server, ROWS[:2])
        server.set("members", [(row_labels(*row), 1) for row in ROWS[2:]])
        for _ in range(4):
            await asking.refresh()
            assert asking.statuses() == {
                "relay/m @ eu": "up",
                "relay/n @ eu": "up",
                "relay/m @ us": "unreachable",
                "relay/n @ us": "unreachable",
            }

    run(server, check)


def test_a_silent_box_of_a_place_that_is_heard(server: PrometheusServer) -> None:
    async def check(asking: Asking) -> None:
        await asking.refresh()
        set_fleet(server, ROWS[:3])
        server.set("members", [(row_labels(*ROWS[3]), 1)])
        for _ in range(4):
            await asking.refresh()
        assert asking.statuses()["relay/n @ us"] == "unreachable"
        assert asking.source.summary("relay/n @ us", asking.now).requests == 120

    run(server, check)


def test_a_target_that_was_taken_from_a_config_disappears(server: PrometheusServer) -> None:
    async def check(asking: Asking) -> None:
        await asking.refresh()
        set_fleet(server, ROWS[:3])
        server.set("members", [])
        await asking.refresh()
        assert asking.statuses()["relay/n @ us"] == "up", "until it is known why"
        await asking.refresh()
        assert "relay/n @ us" not in asking.statuses()

    run(server, check)


def test_rows_that_were_gone_before(server: PrometheusServer) -> None:
    set_fleet(server, ROWS[:2])
    server.set("members", [(row_labels(*row), 1) for row in ROWS[2:]])

    async def check(asking: Asking) -> None:
        await asking.refresh()
        assert asking.statuses()["relay/m @ us"] == "unreachable"

    run(server, check)


def test_places(server: PrometheusServer) -> None:
    async def check(asking: Asking) -> None:
        await asking.refresh()
        assert "by (provider, model, region)" in server.last("up").expr

    run(server, check)
    server.set("having", [({"figure": "has"}, 3), ({"figure": "lacks"}, 2)])

    async def check_both(asking: Asking) -> None:
        await asking.refresh()
        assert "by (provider, model, instance)" in server.last("up").expr
        assert "by (provider, model, region)" in server.last("up").expr

    run(server, check_both)
    server.set("having", [({"figure": "lacks"}, 2)])

    async def check_instance(asking: Asking) -> None:
        await asking.refresh()
        assert "region" not in server.last("up").expr

    run(server, check_instance)
    server.set("having", [({"figure": "has"}, 2)])

    async def check_own(asking: Asking) -> None:
        await asking.refresh()
        assert "by (provider, model, zone)" in server.last("up").expr

    run(server, check_own, label="zone")


def test_a_moment_of_the_past_is_asked_for(server: PrometheusServer) -> None:
    async def check(asking: Asking) -> None:
        asking.at = asking.now = AT - 86_400
        await asking.refresh()
        asking.now = asking.at
        before = server.kinds().count("up")
        await asking.source.refresh()
        assert server.kinds().count("up") == before, "the past does not change"
        assert all(asked.form["time"] == f"{AT - 86_400:.3f}" for asked in server.asked)
        assert set(asking.statuses().values()) == {"up"}

    run(server, check)


def test_a_history_that_fails_in_the_past_is_asked_for_again(server: PrometheusServer) -> None:
    server.answers["history"] = refusal_reply("query timed out in expression evaluation")

    async def check(asking: Asking) -> None:
        asking.at = asking.now = AT - 86_400
        await asking.source.refresh()
        asking.source.bins("relay/m @ eu", asking.now - 600, 15.0, 40)
        await asking.source.fetch()
        assert "took too long" in str(asking.source.state.problem)
        del server.answers["history"]
        await asking.source.refresh()
        assert asking.source.state.problem is None
        assert server.kinds().count("history") == 2

    run(server, check)


def test_how_old_its_samples_are(server: PrometheusServer) -> None:
    kept_s = 100_000

    def any_of(asked: Any) -> Response:
        old = float(asked.form["time"]) < AT - kept_s
        return vector_reply([] if old else [({}, 4)])

    server.answers["any"] = any_of

    async def check(asking: Asking) -> None:
        for _ in range(18):
            await asking.refresh()
        oldest = asking.source.oldest_at("relay/m @ eu")
        assert oldest is not None
        assert asking.now - oldest == 86_400
        count = server.kinds().count("any")
        for _ in range(6):
            await asking.refresh()
        assert server.kinds().count("any") == count

    run(server, check)


def test_nothing_is_scraped_yet() -> None:
    async def check(asking: Asking) -> None:
        await asking.refresh()
        assert list(asking.source.targets()) == []
        assert "it has no series ai_api_up" in str(asking.source.state.problem)
        set_fleet(asking.server, ROWS)
        await asking.refresh()
        assert asking.source.state.problem is None
        assert len(asking.source.targets()) == 4

    with PrometheusServer() as empty:
        run(empty, check)


def test_labels_that_are_hostile(server: PrometheusServer) -> None:
    rows = [("re/lay", 'say "hi"\n', "eu\u200b"), ("re", 'lay/say "hi"\n', "eu\u200b")]
    rows += [
        ("re", "m", "eu"),
        ("re", "m", "eu\u200b"),
        ("re", "m @ eu", "x"),
        ("re", "m", "eu @ x"),
    ]
    set_fleet(server, rows)

    async def check(asking: Asking) -> None:
        await asking.refresh()
        assert len(asking.source.targets()) == len(rows)
        assert all(target.isprintable() for target in asking.source.targets())

    run(server, check)
