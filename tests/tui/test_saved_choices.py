"""The user's choices at the screen: kept when they change, and in force the next time."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from relaytop.store.user_state import GROUPINGS, UserState, load_state, save_state
from relaytop.tui.rows.folding import Folding
from relaytop.tui.rows.query import GROUP_BY
from relaytop.tui.saved_choices import SavedChoices
from relaytop.tui.screens.monitor import MonitorScreen
from relaytop.tui.terminal.color_depth import ColorDepth
from relaytop.tui.themes import TERMINAL, THEME
from tests.support.fake_engine import app_of, feed, session_of

if TYPE_CHECKING:
    from pathlib import Path

    from relaytop.tui.app import RelaytopApp


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "state.toml"


def app_with(path: Path, folder: Path, *, window_given: bool = False) -> RelaytopApp:
    """Return an app as a command makes it."""
    app = app_of(feed(session_of(folder)))
    state, warning = load_state(path)
    app.choices = SavedChoices(state, path, warning, window_given=window_given)
    app.choices.restore(app)
    return app


def at_the_end(app: RelaytopApp, path: Path) -> UserState:
    """Return what the file holds once the app has ended."""
    assert app.choices is not None
    assert app.choices.save(app) is None
    return load_state(path)[0]


async def test_what_is_chosen_by_keys_is_in_force_the_next_time(path: Path, tmp_path: Path) -> None:
    app = app_with(path, tmp_path)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("t", "b", "W", "w")
        await pilot.pause()
        chosen = (app.theme, app.monitor_screen.row_query, app.session.window)
    saved = at_the_end(app, path)
    assert saved.theme == chosen[0] != THEME.name
    assert (saved.sort, saved.group_by) == (chosen[1].column, chosen[1].group_by)
    again = app_with(path, tmp_path)
    assert (again.theme, again.monitor_screen.row_query, again.session.window) == chosen
    async with again.run_test(size=(120, 36)):
        assert again.session.window == chosen[2]
    assert at_the_end(again, path) == saved


async def test_folded_groups_and_chosen_columns_come_back(path: Path, tmp_path: Path) -> None:
    app = app_with(path, tmp_path)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("left")
        app.monitor_screen.chosen_columns = ("p95", "error")
        await pilot.pause()
        folded = app.monitor_screen.folded
    assert folded
    saved = at_the_end(app, path)
    again = app_with(path, tmp_path)
    async with again.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        assert again.monitor_screen.folded == folded
        assert again.monitor_screen.chosen_columns == saved.columns
        assert [row.key for row in again.monitor_screen.rows if row.key in folded] == [*folded]


async def test_snoozes_outlast_the_run(path: Path, tmp_path: Path) -> None:
    app = app_with(path, tmp_path)
    session = app.session
    until = session.clock() + 900
    session.alerting.keeper.snooze("holysheep/gpt-4.1", until)
    session.alerting.keeper.snooze("direct", math.inf)
    assert at_the_end(app, path).snoozes.keys() == {"holysheep/gpt-4.1", "direct"}
    again = app_with(path, tmp_path).session.alerting.keeper.snoozes.all()
    assert again["direct"] == math.inf
    assert again["holysheep/gpt-4.1"] == pytest.approx(until, abs=1)


async def test_nothing_chosen_writes_nothing(path: Path, tmp_path: Path) -> None:
    app = app_with(path, tmp_path)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("j", "z", "escape")
    at_the_end(app, path)
    assert load_state(path) == (UserState(), None)


async def test_a_choice_is_saved_while_it_runs(path: Path, tmp_path: Path) -> None:
    app = app_with(path, tmp_path)
    async with app.run_test(size=(120, 36)) as pilot:
        assert app.choices is not None
        app.theme = "relaytop-light"
        for _ in range(2):  # once it has stayed so for one look
            app.choices.check(app)
        await pilot.pause()
        for _ in range(500):
            if load_state(path)[0].theme is not None:
                break
            await pilot.pause(0.01)
        assert load_state(path)[0].theme == "relaytop-light"


def test_the_windows_choice_is_void_where_the_config_says_another(
    path: Path, tmp_path: Path
) -> None:
    save_state(UserState(window="1h", window_configured="10m"), path)
    assert app_with(path, tmp_path).session.window.seconds == 3600
    assert app_with(path, tmp_path, window_given=True).session.window.seconds == 600
    save_state(UserState(window="1h", window_configured="5m"), path)
    assert app_with(path, tmp_path).session.window.seconds == 600


def test_what_is_no_choice_is_passed_over(path: Path, tmp_path: Path) -> None:
    state = UserState(
        sort="nonsense", theme="nowhere", columns=("p95", "gone"), folded=("unheard",)
    )
    save_state(state, path)
    app = app_with(path, tmp_path)
    assert app.theme == THEME.name
    assert app.monitor_screen.row_query.column is None
    assert app.monitor_screen.chosen_columns == ("p95",)


def test_a_broken_file_is_told_and_kept(path: Path, tmp_path: Path) -> None:
    path.parent.mkdir(mode=0o700)
    path.write_text("= no toml")
    app = app_with(path, tmp_path)
    texts = [event.text for event in app.session.monitor.events()]
    assert any("not a TOML file" in text for text in texts)
    assert path.with_name("state.toml.broken").read_text() == "= no toml"


def test_a_theme_that_the_terminal_cannot_show_waits_for_one_that_can(
    path: Path, tmp_path: Path
) -> None:
    save_state(UserState(theme="nord"), path)
    app = app_of(feed(session_of(tmp_path)))
    few = type(app)(app.session, app.glyphs, depth=ColorDepth.ANSI_16)
    few.choices = SavedChoices(load_state(path)[0], path)
    few.choices.restore(few)
    assert few.theme == TERMINAL.name


def test_choices_that_cannot_be_saved_are_told(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    app = app_with(blocked / "state.toml", tmp_path)
    app.monitor_screen.set_reactive(MonitorScreen.folding, Folding(frozenset({"a"})))
    assert app.choices is not None
    assert "choices not saved" in (app.choices.save(app) or "")


@pytest.mark.parametrize("configured", [True, False])
async def test_the_mouse_comes_back_as_m_left_it(
    path: Path, tmp_path: Path, *, configured: bool
) -> None:
    def app_where(*, mouse_given: bool = False) -> RelaytopApp:
        app = app_of(feed(session_of(tmp_path)))
        app.mouse = configured and not mouse_given
        app.choices = SavedChoices(load_state(path)[0], path, mouse_given=mouse_given)
        app.choices.restore(app)
        return app

    app = app_where()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("m")
    assert at_the_end(app, path).mouse is (not configured)
    assert app_where().mouse is (not configured)
    flagged = app_where(mouse_given=True)
    assert not flagged.mouse
    assert at_the_end(flagged, path).mouse is (not configured)
    app = app_where()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("m")
    assert at_the_end(app, path).mouse is None


def test_that_no_column_was_chosen_is_a_choice_too(path: Path, tmp_path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    save_state(UserState(columns=()), path)
    assert app_with(path, tmp_path).monitor_screen.chosen_columns == ()
    save_state(UserState(columns=("of a later version",)), path)
    assert app_with(path, tmp_path).monitor_screen.chosen_columns is None


def test_every_grouping_of_the_screen_can_be_saved() -> None:
    assert set(GROUPINGS) == set(GROUP_BY)
