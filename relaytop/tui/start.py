"""The app as a command starts it: on our terminal driver, with the glyphs that were asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.tui.app import RelaytopApp
from relaytop.tui.draw.glyphs import ASCII, UNICODE
from relaytop.tui.terminal.driver import TerminalDriver

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relaytop.watch.session import Session


def make_app(
    session: Session, *, ascii_only: bool, keymap: Mapping[str, str] | None = None
) -> RelaytopApp:
    """Return the app on a session.

    Args:
        session: What is watched.
        ascii_only: No characters beyond ASCII.
        keymap: Binding id → the keys that it has in place of its own.
    """
    app = RelaytopApp(session, ASCII if ascii_only else UNICODE, TerminalDriver)
    if keymap:
        app.set_keymap({**keymap})
    return app
