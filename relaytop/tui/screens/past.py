"""The monitor's screen on a moment of the past, of which a Prometheus tells."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from relaytop.tui.keys import REPLAY_BINDINGS, ZOOM_BINDINGS
from relaytop.tui.screens.monitor import MonitorScreen

if TYPE_CHECKING:
    from relaytop.tui.draw.glyphs import Glyphs
    from relaytop.tui.draw.topline import Badges
    from relaytop.watch.past_clock import PastClock
    from relaytop.watch.session import Session


class PastScreen(MonitorScreen):
    """Shows a session whose clock stands until a key moves it.

    Args:
        session: What is shown.
        clock: Its clock.
        glyphs: The shapes that the terminal can show.
    """

    BINDINGS: ClassVar = [*ZOOM_BINDINGS, *REPLAY_BINDINGS]

    def __init__(self, session: Session, clock: PastClock, glyphs: Glyphs) -> None:
        super().__init__(session, glyphs)
        self._clock = clock

    @property
    def place(self) -> str:
        """Its name on the help page."""
        return f"past, {super().place}"

    def badges(self) -> Badges:
        """Return what holds for the whole picture, first that it is of the past."""
        return replace(super().badges(), replay="PAST")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer nothing that needs time to pass."""
        return action != "freeze" and super().check_action(action, parameters)

    def action_seek(self, seconds: float) -> None:
        """Go forward or back."""
        self._clock.move_by(seconds)
        self.changed()

    def action_seek_first(self) -> None:
        """Go to the moment that was asked for at the start."""
        self._clock.move_to_first()
        self.changed()

    def action_seek_last(self) -> None:
        """Go to now."""
        self._clock.move_to_now()
        self.changed()
