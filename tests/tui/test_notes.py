"""Notes, and what esc leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.protocol.messages import Note
from relaytop.store.recorder import Recorder
from relaytop.tui.entered import EnteredModes
from tests.tui.pilots import monitor_of, on_monitor, running, shown

if TYPE_CHECKING:
    from pathlib import Path

    from relaytop.watch.replay import ReplaySession
    from relaytop.watch.session import Session


async def test_m_writes_into_the_log_and_the_recording(session: Session, tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "rec")
    session.record_to(recorder)
    async with running(session) as pilot:
        await pilot.press("M", *"deploy q", "enter")
        await pilot.pause()
        assert on_monitor(pilot)
        assert "note: deploy q" in shown(pilot, "log")
        await pilot.press("M", *"never", "escape", "M", "enter")
        await pilot.pause()
        await pilot.press("M", *"sk-1234567890abcdef", "enter")
        await pilot.pause()
        assert "1234567890" not in shown(pilot, "log")
    recorder.close()
    written = (tmp_path / "rec").read_text()
    assert '{"":"Note","at":' in written
    assert "1234567890" not in written
    assert written.count('"Note"') == 2


async def test_a_note_is_replayed_and_none_is_written_into_the_past(
    replay: ReplaySession, session: Session
) -> None:
    session.monitor.apply(Note(session.clock(), "seen before"), session.clock())
    assert session.monitor.notes()[0].text == "note: seen before"
    async with running(replay) as pilot:
        await pilot.press("M")
        assert on_monitor(pilot)


async def test_esc_leaves_what_was_entered_last(session: Session) -> None:
    async with running(session) as pilot:
        screen = monitor_of(pilot)
        await pilot.press("z", "slash", *"sonnet", "enter")
        await pilot.press("escape")
        assert (screen.row_query.words, screen.zoomed) == ("", True)
        await pilot.press("slash", *"sonnet", "enter", "z", "z", "escape")
        assert (screen.row_query.words, screen.zoomed) == ("sonnet", False)
        await pilot.press("slash", *"sonnet", "enter", "z", "escape")
        assert (screen.row_query.words, screen.zoomed) == ("sonnet", False)
        await pilot.press("z", "slash", *"x", "escape")
        assert (screen.row_query.words, screen.zoomed) == ("", True)
        await pilot.press("escape", "escape", "escape")
        assert (screen.row_query.words, screen.zoomed) == ("", False)
        assert on_monitor(pilot)


def test_a_mode_that_stays_keeps_its_place() -> None:
    modes = EnteredModes()
    for mode in ("filter", "zoom", "filter"):
        modes.set(mode, active=True)
    assert modes.last == "zoom"
    modes.set("zoom", active=False)
    assert modes.last == "filter"
    modes.set("filter", active=False)
    assert modes.last is None
