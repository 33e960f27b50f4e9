"""The choices at the screen: restored at the start, saved when they change."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from relaytop.config.durations import format_window, parse_window
from relaytop.store.user_state import save_changes
from relaytop.tui.draw.columns import COLUMNS
from relaytop.tui.rows.query import AS_CONFIGURED, WORST_FIRST
from relaytop.tui.rows.sort_keys import SORTABLE

if TYPE_CHECKING:
    from pathlib import Path

    from relaytop.store.user_state import UserState
    from relaytop.tui.app import RelaytopApp
    from relaytop.tui.rows.query import GroupBy


class SavedChoices:
    """Keeps the user's choices in their file.

    Args:
        state: What the file held.
        path: The file.
        warning: What of the file could not be used.
        window_given: Whether the command line names the window, which then holds.
        mouse_given: Whether the command line says that there is no mouse.
    """

    def __init__(
        self,
        state: UserState,
        path: Path,
        warning: str | None = None,
        *,
        window_given: bool = False,
        mouse_given: bool = False,
    ) -> None:
        self._state = self._saved = state
        self._path = path
        self._warning = warning
        self._window_given = window_given
        self._mouse_given = mouse_given
        self._mouse_configured = True
        self._seen: UserState | None = None
        self._writing: asyncio.Future[None] | None = None

    def restore(self, app: RelaytopApp) -> None:
        """Give an app that does not run yet the choices of last time."""
        state, screen = self._state, app.monitor_screen
        if self._warning is not None:
            app.session.note("notice", "warning", self._warning)
        app.open_with_theme(state.theme)
        query = screen.row_query
        if state.sort in {*SORTABLE, AS_CONFIGURED, WORST_FIRST}:
            query = replace(query, column=state.sort)
        if state.group_by is not None:
            query = replace(query, group_by=cast("GroupBy", state.group_by))
        known = {column.key for column in COLUMNS}
        columns = tuple(key for key in state.columns or () if key in known)
        all_unknown = not columns and bool(state.columns)
        chosen = None if state.columns is None or all_unknown else columns
        screen.open_with(replace(query, reverse=state.reverse), frozenset(state.folded), chosen)
        self._restore_window(app)
        self._mouse_configured = app.mouse
        if state.mouse is not None and not self._mouse_given:
            app.mouse = state.mouse
        if not app.session.is_of_the_past:
            app.session.alerting.restore_snoozes(state.snoozes)

    def _restore_window(self, app: RelaytopApp) -> None:
        """Choose the window of last time, unless it was said since what it is to be."""
        state, configured = self._state, app.session.settings.window
        if state.window_configured == format_window(configured) and not self._window_given:
            try:
                app.session.set_window(parse_window(state.window or ""))
            except ValueError:
                return

    def current(self, app: RelaytopApp) -> UserState:
        """Return the choices in force."""
        session, screen = app.session, app.monitor_screen
        query = screen.row_query
        configured = format_window(session.settings.window)
        window = format_window(session.window)
        is_chosen = window != configured and not self._window_given
        return replace(
            self._saved,
            sort=query.column,
            reverse=query.reverse,
            window=window if is_chosen else None,
            window_configured=configured if is_chosen else None,
            theme=app.chosen_theme,
            columns=screen.chosen_columns,
            group_by=query.group_by,
            folded=tuple(sorted(screen.folding.folded)),
            mouse=self._mouse(app),
            snoozes=self._saved.snoozes if session.is_of_the_past else session.alerting.snoozes,
        )

    def _mouse(self, app: RelaytopApp) -> bool | None:
        if self._mouse_given:
            return self._saved.mouse
        return None if app.mouse == self._mouse_configured else app.mouse

    def check(self, app: RelaytopApp) -> None:
        """Save what has changed and has stayed so since the last look; call it once a second."""
        current = self.current(app)
        settled, self._seen = current == self._seen, current
        busy = self._writing is not None and not self._writing.done()
        if settled and current != self._saved and not busy:
            before, self._saved = self._saved, current
            self._writing = asyncio.ensure_future(self._write(app, before, current))

    async def _write(self, app: RelaytopApp, before: UserState, after: UserState) -> None:
        try:
            await asyncio.to_thread(save_changes, before, after, self._path)
        except OSError as error:
            text = f"{self._path}: choices not saved: {error.strerror or error}"
            app.session.note("notice", "warning", text)

    def save(self, app: RelaytopApp) -> str | None:
        """Save what is not saved yet, at the end; return why that cannot be done, or None."""
        current = self.current(app)
        if current != self._saved:
            try:
                save_changes(self._saved, current, self._path)
            except OSError as error:
                return f"{self._path}: choices not saved: {error.strerror or error}"
            self._saved = current
        return None
