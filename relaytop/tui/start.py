"""The app as a command starts it: on our terminal driver, with the glyphs that were asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.tui.app import RelaytopApp
from relaytop.tui.draw.glyphs import ASCII, UNICODE
from relaytop.tui.terminal.driver import TerminalDriver

if TYPE_CHECKING:
    from relaytop.watch.session import Session


def make_app(session: Session, *, ascii_only: bool) -> RelaytopApp:
    """Return the app on a session."""
    return RelaytopApp(session, ASCII if ascii_only else UNICODE, TerminalDriver)
