"""Alerts on the screen: marks, counts, A and S, what is held still, and a recording."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.protocol.messages import Credit
from relaytop.tui.screens.snooze import SnoozeScreen
from tests.support.fake_engine import feed, incident, session_of
from tests.tui.pilots import clock_of, lines_of, monitor_of, notices, on_monitor, running, shown

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot

    from relaytop.watch.replay import ReplaySession
    from relaytop.watch.session import Session

DIRECT = "direct/openai/gpt-4.1"


async def look(pilot: Pilot[int], session: Session) -> None:
    """Evaluate the alerts, and read the screen again."""
    clock_of(session).now += 5
    session.check()
    monitor_of(pilot).read()
    await pilot.pause()


def row_of(pilot: Pilot[int], name: str) -> str:
    return next(line for line in shown(pilot, "table").splitlines() if name in line)


async def select(pilot: Pilot[int], target: str) -> None:
    monitor_of(pilot).selected = target
    await pilot.pause()


async def test_an_outage_marks_its_rows_and_comes_first(session: Session) -> None:
    async with running(session) as pilot:
        await look(pilot, session)
        assert shown(pilot, "top").lstrip().startswith("4 alerts ")
        assert row_of(pilot, "openai/gpt-4.1")[1:3] == "✗!"
        assert row_of(pilot, "direct")[1:3] == "✗!"
        await select(pilot, DIRECT)
        assert "  alert " in shown(pilot, "title")
        assert " A ack " in shown(pilot, "keys")


async def test_a_acknowledges_and_takes_it_back(session: Session) -> None:
    async with running(session) as pilot:
        await look(pilot, session)
        await select(pilot, DIRECT)
        await pilot.press("A")
        await pilot.pause()
        assert notices(pilot) == ["acknowledged: direct; no bell until it resolves"]
        assert "3 alerts  1 ack " in shown(pilot, "top")
        assert row_of(pilot, "openai/gpt-4.1")[1:3] == "✗a"
        assert "alert acknowledged" in shown(pilot, "title")
        assert "acknowledged: direct" in shown(pilot, "log")
        await pilot.press("A")
        await pilot.pause()
        assert "4 alerts" in shown(pilot, "top")


async def test_low_credit_is_an_alert_of_each_row_of_its_provider(session: Session) -> None:
    clock_of(session).now += 5
    session.monitor.apply(Credit("holysheep", session.clock(), "USD", 0.0), session.clock())
    async with running(session) as pilot:
        for _ in range(2):
            await look(pilot, session)
        await select(pilot, "holysheep/gpt-4.1")
        assert row_of(pilot, "holysheep")[2] == "!"
        assert "  alert " in shown(pilot, "title")
        await pilot.press("A")
        await pilot.pause()
        assert notices(pilot) == ["acknowledged: holysheep credit; no bell until it resolves"]
        assert "alert acknowledged" in shown(pilot, "title")
        await pilot.press("S", "1")
        await pilot.pause()
        assert set(session.alerting.snoozed) == {"holysheep credit"}


async def test_where_no_alert_is_about_the_row_a_says_so(session: Session) -> None:
    async with running(session) as pilot:
        await look(pilot, session)
        await select(pilot, "holysheep/gpt-4.1")
        await pilot.press("A")
        assert notices(pilot) == ["no alert for holysheep/gpt-4.1"]


async def test_without_any_alert_a_is_no_key(tmp_path: Path) -> None:
    session = feed(session_of(tmp_path), incident()[:60])
    async with running(session) as pilot:
        assert " A ack " not in shown(pilot, "keys")
        await pilot.press("A")
        assert notices(pilot) == []


async def test_s_snoozes_the_alert_about_the_target(session: Session) -> None:
    async with running(session) as pilot:
        await look(pilot, session)
        await select(pilot, DIRECT)
        await pilot.press("S")
        await pilot.pause()
        assert isinstance(pilot.app.screen, SnoozeScreen)
        await pilot.press("2")
        await pilot.pause()
        assert on_monitor(pilot)
        now = session.clock()
        assert session.alerting.snoozed == {"direct": now + 3600}
        assert row_of(pilot, "openai/gpt-4.1")[1:3] == "✗z"
        assert "snoozed until" in shown(pilot, "title")
        assert "1 snoozed" in shown(pilot, "top")
        await pilot.press("S", "4")
        await pilot.pause()
        assert session.alerting.snoozed == {}


async def test_s_on_a_healthy_target_takes_it_or_its_provider(session: Session) -> None:
    async with running(session) as pilot:
        await select(pilot, "holysheep/gpt-4.1")
        await pilot.press("S", "down", "down", "enter")
        await pilot.pause()
        assert session.alerting.snoozed == {"holysheep/gpt-4.1": float("inf")}
        await pilot.press("S", "p", "enter")
        await pilot.pause()
        assert set(session.alerting.snoozed) == {"holysheep/gpt-4.1", "holysheep"}
        await pilot.press("S", "4", "S", "escape")
        await pilot.pause()
        assert set(session.alerting.snoozed) == {"holysheep"}


async def test_s_on_a_group_takes_its_provider_or_all_of_a_model(session: Session) -> None:
    async with running(session) as pilot:
        await pilot.press("home", "S", "1")
        await pilot.pause()
        (key,) = session.alerting.snoozed
        assert key == monitor_of(pilot).rows[0].group.name  # type: ignore[union-attr]
        await pilot.press("b", "home")
        await pilot.pause()
        group = monitor_of(pilot).rows[0].group
        assert group is not None
        if monitor_of(pilot).selected_group is not None:
            await pilot.press("S", "1")
            await pilot.pause()
            assert set(group.targets) <= set(session.alerting.snoozed)


async def test_a_frozen_picture_holds_the_alerts(session: Session) -> None:
    async with running(session) as pilot:
        await look(pilot, session)
        await pilot.press("f")
        session.alerting.acknowledge(session.alerting.firing[0])
        monitor_of(pilot).read()
        await pilot.pause()
        assert "4 alerts" in shown(pilot, "top")
        await pilot.press("f")
        await pilot.pause()
        assert "3 alerts  1 ack" in shown(pilot, "top")


async def test_a_recording_shows_its_alerts_and_takes_no_orders(replay: ReplaySession) -> None:
    async with running(replay) as pilot:
        for _ in range(200):
            await pilot.pause(0.02)
            if "alert" in shown(pilot, "top"):
                break
        assert "4 alerts" in shown(pilot, "top")
        assert " A ack " not in shown(pilot, "keys")
        await pilot.press("S", "A")
        assert on_monitor(pilot)
        assert not any(alert.acknowledged for alert in replay.alerting.firing)


async def test_words_of_others_are_no_markup(tmp_path: Path) -> None:
    name = "[red]p[/red]/m[0]"
    session = session_of(tmp_path, name, "q/m")
    async with running(session) as pilot:
        await select(pilot, name)
        await pilot.press("S", "1")
        await pilot.pause()
        assert notices(pilot)[-1].endswith(name)
        assert lines_of(pilot, "log")
