"""A recording in place of a watch: the same session, on the recording's clock."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, NamedTuple

from relaytop.monitor.checkpoint import restored_monitor, take_checkpoint
from relaytop.monitor.monitor import Monitor
from relaytop.watch.alerting import RESUME_S
from relaytop.watch.session import Session

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from relaytop.config.settings import Window
    from relaytop.monitor.checkpoint import MonitorCheckpoint
    from relaytop.watch.alerting import AlertingState
    from relaytop.watch.player import Player


class ReplayMonitor(Monitor):
    """A monitor of recorded reports, whose settings name no status page."""

    def watched_pages(self) -> Collection[str]:
        """Return the URLs of the status pages that were read."""
        return self._official.urls


class ReplayState(NamedTuple):
    """What is known at one moment of a replay."""

    window: Window
    monitor: MonitorCheckpoint
    alerting: AlertingState


class ReplaySession(Session):
    """Shows what a player plays.

    Args:
        player: Plays a recording.
        snapshots: The folder for snapshots.
    """

    def __init__(self, player: Player, *, snapshots: Path) -> None:
        super().__init__(
            player.recording.settings_of(player.recording.watched),
            player,
            restart=lambda: player,
            snapshots=snapshots,
            clock=player.clock,
        )
        self.monitor: Monitor = ReplayMonitor(self.settings, player.clock())
        self.player = self._player = player
        self._newest: MonitorCheckpoint | None = None
        """The last state of this run."""
        self._has_other_window = False
        """Whether the window was changed since the state was last one that a search brings."""
        player.on_rewind = self._forget
        player.on_watched = self._watch
        player.on_gap = self._pass_gap
        player.on_checkpoint = self._checkpoint
        player.on_restore = self._restore

    def _checkpoint(self) -> ReplayState | None:
        """Return the state; None where it was played with several windows."""
        if self._has_other_window:
            return None
        self._newest = take_checkpoint(self.monitor, self._newest)
        return ReplayState(self.window, self._newest, self.alerting.checkpoint())

    def _restore(self, state: object) -> bool:
        """Go on from a state; not from one that was played with another window."""
        if not isinstance(state, ReplayState) or state.window != self.window:
            return False
        self.monitor, self._newest = restored_monitor(state.monitor), state.monitor
        self.alerting.restore(state.alerting)
        self._has_other_window = False
        return True

    def set_window(self, window: Window) -> None:
        """Change to this window; what was judged with another one stays as it was."""
        self._has_other_window = self._has_other_window or window != self.window
        super().set_window(window)

    def _watch(self, names: tuple[str, ...]) -> None:
        """Show these targets alone; those that are shown already keep what is known of them."""
        settings = self._player.recording.settings_of(names)
        if settings.targets != self.settings.targets:
            settings = dataclasses.replace(settings, window=self.window)
            self.monitor.reconfigure(settings, self.clock())

    def _pass_gap(self, silence_s: float) -> None:
        """Judge anew after a gap over which an incident would not go on."""
        if silence_s >= RESUME_S:
            self.monitor.forget_statuses(self.clock())
            self.alerting.forget()

    def _forget(self) -> None:
        """Begin anew, with the window in force."""
        self._has_other_window, self._newest = False, None
        settings = self._player.recording.settings_of(self._player.recording.watched)
        settings = dataclasses.replace(settings, window=self.window)
        self.monitor = ReplayMonitor(settings, self.clock())
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
