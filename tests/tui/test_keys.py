"""Every key, pressed once: what it tells the engine and what the screen shows."""

import contextlib
import dataclasses
from pathlib import Path

import pytest
from textual import events
from textual.binding import Binding
from textual.command import CommandPalette
from textual.pilot import Pilot
from textual.widgets import OptionList, Static

from relaytop.config.settings import Price, Settings
from relaytop.protocol.messages import (
    Add,
    Finished,
    ListModels,
    Models,
    Pause,
    Prices,
    Pulse,
    Resume,
    Scale,
)
from relaytop.tui.keys import APP_BINDINGS, BINDINGS
from relaytop.tui.screens.help import HelpScreen
from relaytop.tui.screens.model_picker import ModelPicker
from relaytop.watch.session import Session
from tests.support.fake_engine import NAMES, NOW, FakeClock, app_of, engine_of, feed, session_of
from tests.support.samples import sample, settings
from tests.tui.pilots import (
    app_in,
    clock_of,
    lines_of,
    monitor_of,
    notices,
    on_monitor,
    picker_of,
    picture,
    running,
    settled,
    shown,
)


def only_picture(folder: Path) -> str:
    (path,) = folder.glob("screen-*.svg")
    return path.read_text()


def statuses_shown(pilot: Pilot[int]) -> str:
    return "".join(line[1] for line in shown(pilot, "table").splitlines())


def modes_of_snapshots(folder: Path) -> list[int]:
    return [path.stat().st_mode & 0o777 for path in folder.glob("live-*.toml")]


def unwatched() -> Settings:
    return dataclasses.replace(settings("relay/m"), targets=())


async def test_moving_selects_and_stops_at_the_ends(session: Session) -> None:
    async with running(session) as pilot:
        screen = monitor_of(pilot)
        for key, index in (("j", 1), ("down", 2), ("k", 1), ("up", 0), ("end", 5)):
            await pilot.press(key)
            assert screen.selected == NAMES[index]
        assert NAMES[5] in shown(pilot, "title")
        await pilot.press("home", "up")
        assert screen.selected_group == "provider:holysheep"
        await pilot.click("#table", offset=(5, 3))
        await pilot.pause()
        assert screen.selected == NAMES[1]


async def test_space_switches_a_target_off_and_on(session: Session) -> None:
    async with running(session) as pilot:
        await pilot.press("space")
        assert Pause(NAMES[0]) in engine_of(session).commands
        assert "‖" in shown(pilot, "table").splitlines()[2]
        await pilot.press("space")
        assert Resume(NAMES[0]) in engine_of(session).commands


async def test_p_pauses_all_and_leaves_off_what_was_off(session: Session) -> None:
    async with running(session) as pilot:
        await pilot.press("space", "p")
        assert Pause() in engine_of(session).commands
        assert "PAUSED" in shown(pilot, "top")
        assert statuses_shown(pilot).count("‖") == 8
        await pilot.press("p")
        assert Resume() in engine_of(session).commands
        assert statuses_shown(pilot).count("‖") == 1


async def test_f_holds_the_picture_while_counting_goes_on(session: Session) -> None:
    async with running(session) as pilot:
        await pilot.press("f")
        before = shown(pilot, "table")
        clock_of(session).now += 50
        feed_more = session.monitor
        feed_more.pause(NAMES[0], session.clock(), "user")
        monitor_of(pilot).read()
        assert "FROZEN" in shown(pilot, "top")
        assert shown(pilot, "table") == before
        await pilot.press("f")
        assert shown(pilot, "table") != before


async def test_plus_and_minus_change_the_interval(session: Session) -> None:
    async with running(session) as pilot:
        await pilot.press("+")
        await pilot.press("-", "-")
        commands = [c for c in engine_of(session).commands if isinstance(c, Scale)]
        assert [c.factor for c in commands] == [0.5, 1.0, 2.0]
        assert "interval ×2: the fastest target is probed every 10s" in shown(pilot, "log")


async def test_w_changes_the_window(session: Session) -> None:
    async with running(session) as pilot:
        assert "window 10m" in shown(pilot, "top")
        await pilot.press("w")
        assert "window 30m" in shown(pilot, "top")


async def test_what_is_frozen_is_what_was_seen(session: Session) -> None:
    clock_of(session).now = NOW + 3  # in the middle of a bin
    session.monitor.apply(Finished(sample(302.0, 9000.0, target=NAMES[0])), NOW + 2)
    async with running(session) as pilot:
        await settled(pilot)
        seen = [shown(pilot, part) for part in ("table", "chart")]
        await pilot.press("f")
        await settled(pilot)
        assert [shown(pilot, part) for part in ("table", "chart")] == seen
        clock_of(session).now = NOW + 20
        session.monitor.apply(Finished(sample(318.0, 400.0, target=NAMES[0])), NOW + 18)
        await settled(pilot)
        assert [shown(pilot, part) for part in ("table", "chart")] == seen


async def test_a_frozen_picture_keeps_its_window(session: Session) -> None:
    async with running(session) as pilot:
        await pilot.press("f")
        before = shown(pilot, "table"), shown(pilot, "top")
        await pilot.press("w", "+")
        assert (shown(pilot, "table"), shown(pilot, "top")) == before
        assert any("frozen" in note for note in notices(pilot))
        await pilot.press("f", "w")
        assert "window 30m" in shown(pilot, "top")


async def test_what_a_dead_engine_told_is_dim_and_nothing_is_sent(session: Session) -> None:
    async with running(session) as pilot:
        assert " 0.0/s" not in shown(pilot, "top")
        engine_of(session).queue.put_nowait(None)
        await pilot.pause()
        await pilot.pause()
        assert " 0.0/s" in shown(pilot, "top")
        table = lines_of(pilot, "table")
        assert {role for line in table.lines for _text, role in line} == {"dim"}
        await pilot.press("r")
        assert len({role for line in table.lines for _text, role in line}) > 3


async def test_a_silent_engine_makes_all_figures_grey(session: Session) -> None:
    clock = session.clock
    assert isinstance(clock, FakeClock)
    async with running(session) as pilot:
        for _ in range(5):
            clock.now += 1.0
            session.check()
        monitor_of(pilot).changed()
        await pilot.pause()
        assert "no report from the engine for" in shown(pilot, "banner")
        for part in ("table", "title", "panel"):
            roles = {role for line in lines_of(pilot, part).lines for _text, role in line}
            assert roles <= {"dim", "text"}, part
        counts = [role for text, role in lines_of(pilot, "top").lines[0] if "●" in text]
        assert counts == ["dim"]
        await pilot.press("r")
        engine_of(session).queue.put_nowait([Pulse(clock.now, 0)])
        await pilot.pause()
        await pilot.pause()
        assert not lines_of(pilot, "banner").display


async def test_s_saves_a_snapshot_and_says_where(session: Session, tmp_path: Path) -> None:
    async with running(session) as pilot:
        await pilot.press("s")
        assert "snapshot saved" in shown(pilot, "log")
    assert modes_of_snapshots(tmp_path) == [0o600]


async def test_s_says_why_it_could_not(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    async with running(feed(session_of(blocked))) as pilot:
        await pilot.press("s")
        await pilot.pause()
        (said,) = notices(pilot)
        assert said == f"snapshot not saved: {blocked}: there is a file where its folder should be"


@pytest.mark.parametrize("key", ["enter", "z"])
async def test_zooming(session: Session, key: str) -> None:
    async with running(session) as pilot:
        screen = monitor_of(pilot)
        await pilot.press(key)
        assert not screen.table.display
        await pilot.press(key)
        assert screen.table.display


async def test_a_adds_what_is_chosen(session: Session) -> None:
    async with running(session) as pilot:
        await pilot.press("a")
        await pilot.pause()
        assert {c.provider for c in engine_of(session).commands if isinstance(c, ListModels)} == {
            "holysheep",
            "direct",
        }
        screen = picker_of(pilot)
        screen.add_models(Models("direct", ("new/model", "openai/gpt-4.1")))
        await pilot.pause()
        for key in ("down", "space", "enter"):
            await pilot.press(key)
            await pilot.pause()
        (added,) = [c for c in engine_of(session).commands if isinstance(c, Add)]
        assert [target.id for target in added.targets] == ["direct/new/model"]
        assert "new/model" in shown(pilot, "table")


async def test_keys_that_come_at_once_are_obeyed_in_their_order(session: Session) -> None:
    async with running(session) as pilot:
        await pilot.press("a")
        await pilot.pause()
        screen = picker_of(pilot)
        screen.add_models(Models("direct", ("new/a", "new/b", "new/c")))
        await pilot.pause()
        for key in ("down", "down", "space", "down", "space", "enter"):
            pilot.app.post_message(events.Key(key, " " if key == "space" else None))
        await pilot.pause()
        await pilot.pause()
        (added,) = [c for c in engine_of(session).commands if isinstance(c, Add)]
        assert [target.id for target in added.targets] == ["direct/new/b", "direct/new/c"]


async def test_a_list_that_grows_keeps_its_cursor_and_its_prices_come_later(
    session: Session,
) -> None:
    async with running(session) as pilot:
        await pilot.press("a")
        await pilot.pause()
        screen = picker_of(pilot)
        screen.add_models(Models("holysheep", ("x", "y")))
        await pilot.pause()
        await pilot.press("down", "down")
        screen.add_models(Models("direct", ("a", "b")))
        await pilot.pause()
        listing = screen.query_one(OptionList)
        assert listing.highlighted is not None
        assert screen.highlighted == ("holysheep", "y")
        assert "unpriced" in str(listing.get_option_at_index(listing.highlighted).prompt)
        prices = Prices("holysheep", {"y": Price(2.0, 8.0, source="list")})
        engine_of(session).queue.put_nowait([prices])
        await pilot.pause(0.1)
        await pilot.pause()
        assert "unpriced" not in str(listing.get_option_at_index(listing.highlighted).prompt)


async def test_without_a_target_it_asks_and_leaves_when_nothing_is_chosen(tmp_path: Path) -> None:
    async with running(session_of(tmp_path, watched=unwatched())) as pilot:
        await pilot.pause()
        assert isinstance(pilot.app.screen, ModelPicker)
        await pilot.press("escape")
        await pilot.pause()
    assert pilot.app.return_code == 0


@pytest.mark.parametrize(
    ("offer", "words"),
    [
        (Models("relay", error="auth: the server rejected the key"), "auth: the server"),
        (Models("relay"), "the model list is empty"),
    ],
)
async def test_where_nothing_is_offered_it_says_what_to_do(
    tmp_path: Path, offer: Models, words: str
) -> None:
    async with running(session_of(tmp_path, watched=unwatched())) as pilot:
        await pilot.pause()
        screen = picker_of(pilot)
        screen.add_models(offer)
        await pilot.pause()
        told = str(screen.query_one("#asking", Static).content)
        for said in (words, "base URL", "`relaytop check`"):
            assert said in told
        await pilot.press("escape")
        await pilot.pause()
    assert pilot.app.return_code == 2
    complaint = app_in(pilot).complaint or ""
    for said in ("relay at http://127.0.0.1:9/v1", words, "`relaytop check`"):
        assert said in complaint
    assert "\n" not in complaint


async def test_a_choice_shows_by_its_shape_and_keeps_its_price_when_resized(
    session: Session,
) -> None:
    async with running(session) as pilot:
        await pilot.press("a")
        await pilot.pause()
        screen = picker_of(pilot)
        screen.add_models(
            Models("direct", tuple(f"vendor/quite-a-long-name-{i}" for i in range(30)))
        )
        await pilot.pause()
        await pilot.press("down", "space", "down")
        for size in ((60, 15), (100, 30), (61, 40)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            text = picture(pilot)
            assert text.count("[x] direct") == 1
            assert text.count("[ ] direct") > 3
            assert text.count("/h, unpriced") == text.count("] direct")


async def test_a_dialog_in_too_small_a_terminal_says_what_is_needed(session: Session) -> None:
    async with running(session) as pilot:
        for key in ("question_mark", "a", "dollar_sign"):
            await pilot.press(key)
            for size, small in (((59, 20), True), ((80, 14), True), ((60, 15), False)):
                await pilot.resize_terminal(*size)
                await pilot.pause()
                assert ("needs 60×15" in picture(pilot)) == small
                assert pilot.app.screen.query_one("#dialog").display != small
            await pilot.press("escape")


async def test_help_lists_every_key_once_and_only_ours(session: Session) -> None:
    async with running(session) as pilot:
        await pilot.resize_terminal(120, 70)
        await pilot.press("question_mark")
        await pilot.pause()
        text = picture(pilot)
        for keys in ("↓  j", "home  g", "end  G", "enter  z", "+  =", "^c", "^p"):
            assert f"{keys}  " in text
        assert "^q" not in text


async def test_the_palette_offers_what_the_keys_do(session: Session, tmp_path: Path) -> None:
    async with running(session) as pilot:
        await pilot.press("ctrl+p", *"freeze")
        await pilot.pause(0.3)
        await pilot.press("enter")
        await pilot.pause()
        assert "FROZEN" in shown(pilot, "top")
        names = {each.title for each in pilot.app.get_system_commands(pilot.app.screen)}
        wanted = {"snapshot", "freeze", "pause", "window", "theme", "picture", "zoom", "quit"}
        assert wanted <= names
        assert not names & {"Screenshot", "Keys", "Quit", "restart engine"}
        app_in(pilot).save_picture()
    assert "P50" in only_picture(tmp_path)


async def test_help_opens_and_closes(session: Session) -> None:
    async with running(session) as pilot:
        await pilot.press("?")
        assert isinstance(pilot.app.screen, HelpScreen)
        await pilot.press("escape")
        assert on_monitor(pilot)


async def test_the_command_palette_and_another_theme(session: Session) -> None:
    async with running(session) as pilot:
        await pilot.press("ctrl+p")
        await pilot.pause()
        assert isinstance(pilot.app.screen, CommandPalette)
        await pilot.press("escape")
        pilot.app.theme = "textual-light"
        await pilot.pause()
        assert "P50" in shown(pilot, "table")


async def test_the_screen_can_be_resized_at_any_time(session: Session) -> None:
    async with running(session) as pilot:
        for size in ((60, 15), (40, 10), (300, 100), (80, 24), (61, 40), (120, 16)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            fits = size[0] >= 60 and size[1] >= 15
            assert ("P50" in shown(pilot, "table")) or not fits
            assert ("relaytop needs 60×15" in shown(pilot, "top")) == (not fits)


def test_every_key_has_an_id_a_tooltip_and_a_group() -> None:
    bindings = [b for b in (*BINDINGS, *APP_BINDINGS) if isinstance(b, Binding)]
    assert len({binding.id for binding in bindings}) == len(bindings)
    assert all(binding.id and binding.tooltip and binding.group for binding in bindings)


async def test_a_crash_says_where_and_shows_no_variable(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = "hunter2-of-a-proxy"

    def broken(*_arguments: object) -> None:
        password = secret
        message = "boom" if password else ""
        raise RuntimeError(message)

    app, report = app_of(session), ""
    with contextlib.suppress(RuntimeError):
        async with app.run_test(size=(120, 36)) as pilot:
            monkeypatch.setattr(session.monitor, "overview", broken)
            with contextlib.suppress(RuntimeError):
                await pilot.press("j")
                await pilot.pause()
            report = "".join(str(each) for each in app._exit_renderables)
    assert report.startswith("relaytop's screen crashed")
    assert "RuntimeError: boom" in report
    assert secret not in report
