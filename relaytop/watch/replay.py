"""A recording in place of a watch: the same session, on the recording's clock."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from relaytop.monitor.monitor import Monitor
from relaytop.watch.session import Session

if TYPE_CHECKING:
    from pathlib import Path

    from relaytop.watch.player import Player


class ReplaySession(Session):
    """Shows what a player plays.

    Args:
        player: Plays a recording.
        snapshots: The folder for snapshots.
    """

    def __init__(self, player: Player, *, snapshots: Path) -> None:
        super().__init__(
            player.recording.settings,
            player,
            restart=lambda: player,
            snapshots=snapshots,
            clock=player.clock,
        )
        self.player = self._player = player
        player.on_rewind = self._forget

    def _forget(self) -> None:
        """Begin anew, with the window in force."""
        settings = dataclasses.replace(self.settings, window=self.window)
        self.monitor = Monitor(settings, self.clock())
        self.alerting.forget()

    @property
    def host(self) -> str:
        """The machine that recorded; this one where the recording does not name it."""
        return self._player.recording.host or super().host

    def toggle_all(self) -> None:
        """Pause or resume playback."""
        self.paused = self._player.toggle()

    @property
    def fastest_s(self) -> float:
        """The shortest interval of any target, in seconds of the person who looks."""
        return super().fastest_s / self._player.clock.speed
