"""Bins and points of the past: asked for in the background, as they come into sight."""

from __future__ import annotations

import asyncio
import math
from typing import TYPE_CHECKING

import pytest

from relaytop.fleet.prometheus.client import PrometheusClient
from relaytop.fleet.prometheus.history import MAX_POINTS, History
from relaytop.fleet.prometheus.queries import Places, Queries
from relaytop.monitor.record import OK
from relaytop.monitor.source import Bin
from tests.support.prometheus import AT, PrometheusServer, row_labels

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relaytop.fleet.prometheus.figures import Key
    from tests.support.prometheus import Series

NOW = AT - AT % 300
QUERIES = Queries((), Places("region"), 600.0)
KEY: Key = ("relay", "m", "eu")


@pytest.fixture
def server() -> Iterator[PrometheusServer]:
    with PrometheusServer() as running:
        yield running


def fetch(server: PrometheusServer, history: History, skew_s: float = 0.0) -> None:
    async def ask() -> None:
        client = PrometheusClient(server.url)
        await history.fetch(client, QUERIES, NOW, skew_s)
        await client.aclose()

    asyncio.run(ask())


def steps(start: float, step_s: float, n: int, value: float) -> list[tuple[float, float | str]]:
    """The values of `n` steps; that of a step is of its end."""
    return [(start + (i + 1) * step_s, value) for i in range(n)]


def history_of(start: float, step_s: float, n: int, *, ok: float = 3.0) -> list[Series]:
    def series(figure: str, value: float) -> Series:
        return row_labels(*KEY, figure=figure), steps(start, step_s, n, value)

    return [series("ok", ok), series("failed", 1), series("p50", 0.4), series("max", 0.9)]


def test_bins_come_with_the_next_picture(server: PrometheusServer) -> None:
    wanted: list[bool] = []
    history = History(lambda: wanted.append(True))
    start = NOW - 300
    server.set_ranges("history", history_of(start, 15, 20))
    assert history.bins(KEY, start, 15.0, 20, NOW) == [Bin()] * 20
    assert wanted
    fetch(server, history)
    found = history.bins(KEY, start, 15.0, 20, NOW)
    assert found == [Bin(3, 1, 400.0, 900.0)] * 20
    (asked,) = server.asked
    assert asked.form["step"] == "15.000"
    assert (float(asked.form["start"]), float(asked.form["end"])) == (start + 15, NOW)
    wanted.clear()
    fetch(server, history)
    history.bins(KEY, start, 15.0, 20, NOW)
    assert (len(server.asked), wanted) == (1, [])


def test_narrow_bins_share_a_step_and_wide_ones_hold_several(server: PrometheusServer) -> None:
    history, start = History(lambda: None), NOW - 300
    server.set_ranges("history", history_of(start, 15, 20))
    history.bins(KEY, start, 5.0, 60, NOW)
    fetch(server, history)
    assert history.bins(KEY, start, 5.0, 60, NOW)[7].p50_ms == pytest.approx(400)
    history.bins(KEY, start, 100.0, 3, NOW)
    server.set_ranges("history", history_of(start - 300, 60, 10))
    fetch(server, history)
    assert server.last("history").form["step"] == "60.000"
    found = history.bins(KEY, start, 100.0, 3, NOW)
    assert sum(each.ok for each in found) == 3 * 5
    assert found[1].max_ms == pytest.approx(900)


def test_many_rows_are_one_question(server: PrometheusServer) -> None:
    history = History(lambda: None)
    for number in range(50):
        history.bins(("relay", f"m{number}", "eu"), NOW - 300, 15.0, 20, NOW)
    history.points(KEY, NOW - 300, NOW, NOW)
    fetch(server, history)
    assert sorted(server.kinds()) == ["history", "samples"]


def test_a_clock_that_differs(server: PrometheusServer) -> None:
    history, start = History(lambda: None), NOW - 300
    server.set_ranges("history", history_of(start + 40, 15, 20))
    history.bins(KEY, start, 15.0, 20, NOW)
    fetch(server, history, skew_s=40.0)
    assert float(server.last("history").form["start"]) == start + 15 + 40
    assert all(each.ok == 3 for each in history.bins(KEY, start, 15.0, 20, NOW))


def test_gaps_and_what_is_no_number(server: PrometheusServer) -> None:
    history, start = History(lambda: None), NOW - 60
    points: list[tuple[float, float | str]] = [(start + 15, "NaN"), (start + 30, "+Inf"), (NOW, 2)]
    server.set_ranges("history", [(row_labels(*KEY, figure="ok"), points)])
    history.bins(KEY, start, 15.0, 4, NOW)
    fetch(server, history)
    assert [each.ok for each in history.bins(KEY, start, 15.0, 4, NOW)] == [0, 0, 0, 2]


def buckets(start: float, n: int, per_step: int) -> list[Series]:
    made: list[Series] = []
    for figure in ("latency", "ttft"):
        for le, share in (("0.5", 0.5), ("0.625", 1.0), ("+Inf", 1.0)):
            labels = row_labels(*KEY, figure=figure, le=le)
            made.append((labels, steps(start, 15, n, share * per_step)))
    failed = row_labels(*KEY, figure="failed", **{"class": "timeout"})
    return [*made, (failed, steps(start, 15, n, 1))]


@pytest.mark.parametrize("per_step", [1, 7, 40])
def test_points_stand_for_samples(server: PrometheusServer, per_step: int) -> None:
    history, start = History(lambda: None), NOW - 300
    server.set_ranges("samples", buckets(start, 20, per_step))
    assert history.points(KEY, start, NOW, NOW) == []
    assert history.lacks_points(KEY, NOW)
    fetch(server, history)
    assert not history.lacks_points(KEY, NOW)
    found = history.points(KEY, start, NOW, NOW)
    assert len(found) == 20 * (min(per_step, MAX_POINTS) + 1)
    assert [point.at for point in found] == sorted(point.at for point in found)
    good = [point for point in found if point.outcome == OK]
    assert len(good) == 20 * min(per_step, MAX_POINTS)
    assert all(0 < point.latency_ms <= 625 for point in good)
    assert all(math.isnan(point.latency_ms) for point in found if point.outcome != OK)


def test_points_that_are_known_are_not_wanted(server: PrometheusServer) -> None:
    wanted: list[bool] = []
    history, start = History(lambda: wanted.append(True)), NOW - 300
    server.set_ranges("samples", buckets(start, 20, 3))
    history.points(KEY, start, NOW, NOW)
    fetch(server, history)
    wanted.clear()
    history.points(KEY, start, NOW, NOW)
    assert wanted == []
