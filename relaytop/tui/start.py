"""The app as a command starts it: on our terminal driver, with what the terminal can show."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from rich.console import Console

from relaytop.tui.app import RelaytopApp
from relaytop.tui.draw.glyphs import ASCII, UNICODE
from relaytop.tui.terminal.color_depth import ColorDepth, detect_color_depth, has_faint
from relaytop.tui.terminal.driver import TerminalDriver
from relaytop.tui.terminal.sign_query import SignAnswer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relaytop.tui.saved_choices import SavedChoices
    from relaytop.tui.terminal.sign_query import SignQuery
    from relaytop.watch.session import Session


def make_app(
    session: Session,
    *,
    ascii_only: bool,
    signs: SignQuery | None = None,
    color: bool = True,
    slow_link: bool = False,
    mouse: bool = True,
    keymap: Mapping[str, str] | None = None,
    choices: SavedChoices | None = None,
) -> RelaytopApp:
    """Return the app on a session.

    Args:
        session: What is watched.
        ascii_only: Whether to use no character beyond ASCII.
        signs: The question whether the terminal shows others; None was not asked.
        color: Whether colours are wanted; the environment may be against them all the same.
        slow_link: Whether to send little, for a bad link.
        mouse: Whether to ask the terminal for clicks and the wheel.
        keymap: Binding id → the keys that it has in place of its own.
        choices: The user's choices, which are restored and kept.
    """
    answer = signs.finish() if signs is not None else SignAnswer(shows_signs=True, typed=b"")
    if not answer.shows_signs and not ascii_only:
        session.note("notice", "info", "this terminal cannot show all symbols: using ASCII")
    app = RelaytopApp(
        session,
        UNICODE if answer.shows_signs and not ascii_only else ASCII,
        TerminalDriver,
        depth=detect_color_depth(os.environ) if color else ColorDepth.NONE,
        faint=has_faint(os.environ),
        slow_link=slow_link,
        mouse=mouse,
    )
    app.typed_ahead = answer.typed
    # The driver reduces the colours itself, by the roles that they have.
    app.console = Console(
        color_system="truecolor",
        file=app.console.file,
        force_terminal=True,
        legacy_windows=False,
        markup=True,
        highlight=False,
        emoji=False,
        safe_box=False,
    )
    if keymap:
        app.set_keymap({**keymap})
    if choices is not None:
        choices.restore(app)
        app.choices = choices
    return app
