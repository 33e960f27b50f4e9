"""A Prometheus in place of an engine: rows, failures and the past, as a session has them."""

from __future__ import annotations

import asyncio
import dataclasses
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from relaytop.config.settings import FleetSettings, Secret, Settings, Target, Thresholds, Window
from relaytop.fleet.ssh.engine import SshEngine
from relaytop.watch.fleet_session import FleetSession
from relaytop.watch.past_clock import PastClock
from tests.support.fake_engine import FakeClock
from tests.support.prometheus import AT, PrometheusServer, row_labels, set_fleet, text_reply

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from pathlib import Path

ROWS = [("relay", model, place) for place in ("eu", "us", "ap") for model in ("m", "n")]
TOKEN = "tok-77aa0c41e9d2"


@pytest.fixture
def server() -> Iterator[PrometheusServer]:
    with PrometheusServer() as running:
        set_fleet(running, ROWS)
        yield running


def clock_at(at: float = AT) -> FakeClock:
    clock = FakeClock()
    clock.now = at
    return clock


def session_of(
    server: PrometheusServer,
    folder: Path,
    clock: Callable[[], float] | None = None,
    targets: tuple[Target, ...] = (),
    **fleet: object,
) -> FleetSession:
    given = FleetSettings(prometheus=server.url, token=Secret(TOKEN))
    given = dataclasses.replace(given, **fleet)  # type: ignore[arg-type]
    settings = Settings(targets=targets, fleet=given)
    clock = clock or clock_at()
    return FleetSession(settings, SshEngine([], clock), snapshots=folder, clock=clock)


async def until(condition: Callable[[], object]) -> None:
    """Wait for what a background task does; fail where it does not within a minute."""
    for _ in range(12_000):
        if condition():
            return
        await asyncio.sleep(0.005)
    raise TimeoutError


@asynccontextmanager
async def watching(session: FleetSession) -> AsyncIterator[FleetSession]:
    """Read the engine while the block runs."""
    task = asyncio.create_task(session.read_engine(lambda _offer: None))
    try:
        yield session
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await asyncio.sleep(0)
        await until(lambda: len(asyncio.all_tasks()) == 1)


def texts(session: FleetSession) -> list[str]:
    return [event.text for event in session.monitor.events()]


async def test_its_rows_are_the_screens(server: PrometheusServer, tmp_path: Path) -> None:
    async with watching(session_of(server, tmp_path)) as session:
        monitor = session.monitor
        await until(lambda: monitor.overview(AT).probes_s)
        await until(lambda: monitor.settings.targets)
        assert list(monitor.targets()) == [
            f"relay/{m} @ {p}" for p in ("ap", "eu", "us") for m in "mn"
        ]
        assert [target.id for target in monitor.settings.targets] == list(monitor.targets())
        overview = monitor.overview(AT)
        assert overview.counts == {"up": 6}
        assert overview.prometheus is not None
        assert overview.prometheus.answered_at == AT
        assert overview.probes_s == pytest.approx(6 * 120 / 600)
        assert overview.usd_per_h == pytest.approx(6 * 0.012 * 6)
        assert monitor.statuses() == {"up"}
        assert monitor.error_groups("relay/m @ eu") == ()
        low, high = monitor.confidence("relay/m @ eu").latency["p95"]
        assert low is not None
        assert high is not None
        assert low < 800 <= high
    assert all(asked.headers["authorization"] == f"Bearer {TOKEN}" for asked in server.asked)


async def test_thresholds_are_those_of_the_config(server: PrometheusServer, tmp_path: Path) -> None:
    strict = Target(provider="relay", model="m", thresholds=Thresholds(p95_ms=500.0))
    async with watching(session_of(server, tmp_path, targets=(strict,))) as session:
        await until(lambda: session.monitor.overview(AT).probes_s)
        rows = {name: session.monitor.summary(name, AT) for name in session.monitor.targets()}
        assert {row.model for row in rows.values() if row.status == "degraded"} == {"m"}
        assert rows["relay/m @ eu"].broken == ("p95",)


async def test_a_change_is_in_the_log(server: PrometheusServer, tmp_path: Path) -> None:
    async with watching(session_of(server, tmp_path)) as session:
        await until(session.monitor.statuses)
        up = [(row_labels(*row, figure="up"), 0 if row == ROWS[0] else 1) for row in ROWS]
        server.set("up", up)
        session.set_window(Window(seconds=300.0, count=None))
        await until(lambda: "down" in session.monitor.statuses())
        assert "300s" in server.last("requests").expr
        (event,) = [e for e in session.monitor.events() if e.target == "relay/m @ eu"]
        assert (event.kind, event.status, event.level) == ("status", "down", "error")
        session.check()
        assert session.monitor.alert_groups() is not None


@pytest.mark.parametrize("turns", range(4))
async def test_it_ends_though_a_key_wakes_it_at_that_moment(
    server: PrometheusServer, tmp_path: Path, turns: int
) -> None:
    async with watching(session_of(server, tmp_path)) as session:
        await until(lambda: "traffic" in server.kinds())
        asked = 0
        while asked < len(server.asked):
            asked = len(server.asked)
            await asyncio.sleep(0.05)
        session.set_window(Window(seconds=300.0, count=None))
        for _ in range(turns):
            await asyncio.sleep(0)


async def test_a_failure_is_one_line_and_so_is_its_end(
    server: PrometheusServer, tmp_path: Path
) -> None:
    answers = server.answers
    async with watching(session_of(server, tmp_path)) as session:
        await until(session.monitor.statuses)
        server.answers = {"*": text_reply(f"no {TOKEN}", status=502)}
        for seconds in (300.0, 900.0):
            asked = len(server.asked)
            session.set_window(Window(seconds=seconds, count=None))
            await until(lambda: "502" in str(session.monitor.overview(AT).prometheus))
            await until(lambda n=asked: len(server.asked) > n)  # type: ignore[misc]
        server.answers = answers
        session.set_window(Window(seconds=600.0, count=None))
        await until(lambda: "Prometheus answers again" in texts(session))
        told = [text for text in texts(session) if text.startswith("Prometheus")]
        assert sorted(told) == [
            "Prometheus answers again",
            "Prometheus: it answers with HTTP 502: no [key hidden]",
        ]
        assert len(session.monitor.targets()) == 6


async def test_nothing_of_it_can_be_paused_or_added(
    server: PrometheusServer, tmp_path: Path
) -> None:
    async with watching(session_of(server, tmp_path)) as session:
        await until(session.monitor.statuses)
        session.toggle("relay/m @ eu")
        session.toggle_all()
        session.add([("relay", "other")])
        session.change_interval(1)
        assert session.monitor.overview(AT).counts == {"up": 6}
        assert any("obeys its config alone" in text for text in texts(session))


async def test_a_moment_of_the_past_and_another(server: PrometheusServer, tmp_path: Path) -> None:
    clock = PastClock(AT - 7200, clock_at())
    async with watching(session_of(server, tmp_path, clock)) as session:
        await until(session.monitor.statuses)
        assert {float(asked.form["time"]) for asked in server.asked if asked.kind == "up"} == {
            AT - 7200
        }
        clock.move_by(-600)
        await until(lambda: float(server.last("up").form["time"]) == AT - 7800)
        clock.move_to_now()
        await until(lambda: float(server.last("up").form["time"]) == AT)


async def test_history_is_asked_for_as_it_is_drawn(
    server: PrometheusServer, tmp_path: Path
) -> None:
    async with watching(session_of(server, tmp_path)) as session:
        monitor = session.monitor
        await until(monitor.statuses)
        for name in monitor.targets():
            monitor.bins(name, AT - 600, 15.0, 40)
        monitor.points("relay/m @ eu", AT - 600, AT)
        assert monitor.is_loading("relay/m @ eu")
        await until(lambda: not monitor.is_loading("relay/m @ eu"))
        assert server.kinds().count("history") == server.kinds().count("samples") == 1
        assert monitor.oldest_at("relay/m @ eu") is not None


async def test_match_and_by_reach_every_query(server: PrometheusServer, tmp_path: Path) -> None:
    session = session_of(server, tmp_path, match='{env=~"pr.*"}', by="zone")
    async with watching(session):
        await until(lambda: "traffic" in server.kinds() or session.monitor.targets())
        await until(lambda: "ttft" in server.kinds())
    assert all('env=~"pr.*"' in asked.expr for asked in server.asked)
    assert "zone" in server.last("up").expr
