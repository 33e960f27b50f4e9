"""The monitor's screen on a recording."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from relaytop.tui.keys import REPLAY_BINDINGS, ZOOM_BINDINGS
from relaytop.tui.screens.monitor import MonitorScreen

if TYPE_CHECKING:
    from relaytop.tui.draw.glyphs import Glyphs
    from relaytop.tui.draw.topline import Badges
    from relaytop.watch.player import Player
    from relaytop.watch.session import Session


class ReplayScreen(MonitorScreen):
    """Shows a session whose recording can be stopped and searched.

    Args:
        session: What is shown.
        player: Plays the recording.
        glyphs: The shapes that the terminal can show.
    """

    BINDINGS: ClassVar = [*ZOOM_BINDINGS, *REPLAY_BINDINGS]

    def __init__(self, session: Session, player: Player, glyphs: Glyphs) -> None:
        super().__init__(session, glyphs)
        self._player = player
        player.on_arrival = self.changed

    @property
    def place(self) -> str:
        """Its name on the help page."""
        return f"recording, {super().place}"

    def read(self) -> None:
        """Read the figures; while a moment is looked for they are incomplete, and stay."""
        if not self._player.searching:
            super().read()
        elif self._player.progress is not None and self.view is not None:
            overview = self.source.overview(self.now)
            view = replace(self.view, now=self.now, overview=overview, badges=self.badges())
            self.top.update(view)

    def badges(self) -> Badges:
        """Return what holds for the whole picture, the recording's speed or progress first."""
        return replace(super().badges(), replay=self._progress())

    def _progress(self) -> str:
        progress = self._player.progress
        if progress is not None:
            return f"SEEKING {progress:.0%}"
        # The sign of a failure is the sign of a product too.
        return f"REPLAY {self.glyphs.failed}{self._player.clock.speed:g}"

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer nothing that a recording cannot do; it can stand still."""
        return action == "pause" or super().check_action(action, parameters)

    def action_seek(self, seconds: float) -> None:
        """Go forward or back."""
        self._player.seek_by(seconds)

    def action_seek_first(self) -> None:
        """Go to the beginning."""
        self._player.seek(self._player.recording.began_at)

    def action_seek_last(self) -> None:
        """Go to the end."""
        self._player.seek(self._player.recording.ended_at)
