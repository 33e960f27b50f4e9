"""The senders of a watch, whose settings may change while it goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.watch.notify.senders import REPLACED_S, Senders

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from relaytop.alerts.alert import Alert
    from relaytop.config.settings import AlertSettings, Settings
    from relaytop.watch.notify.channel import Channel
    from relaytop.watch.notify.delivery_queue import Remark


class Notifier:
    """Hands alerts to the channels of the settings in force.

    Args:
        settings: To begin with.
        make: Makes the channels of settings; raises `RelaytopError` where it cannot.
    """

    def __init__(self, settings: Settings, make: Callable[[Settings], Sequence[Channel]]) -> None:
        self._make = make
        self._alerts: AlertSettings = settings.alerts
        self._senders = Senders(make(settings))
        self._before: list[Senders] = []
        """Those of earlier settings, which may still be sending."""

    def configure(self, settings: Settings) -> None:
        """Change to the channels of other settings; what waits in those of before is sent."""
        if settings.alerts != self._alerts:
            self._alerts = settings.alerts
            self._senders.begin_close(REPLACED_S)
            self._before = [*self._before[-1:], self._senders]
            self._senders = Senders(self._make(settings))

    def send(self, alert: Alert) -> None:
        """Send a change of an alert soon; returns at once."""
        self._senders.send(alert)

    def update(self, firing: Sequence[Alert]) -> None:
        """Hand over what fires now, for channels that send it again; returns at once."""
        self._senders.update(firing)

    def remarks(self) -> list[Remark]:
        """Return (level, text) of what is new for the log."""
        return [each for senders in (*self._before, self._senders) for each in senders.remarks()]

    @property
    def unsent(self) -> set[str]:
        """The keys of alerts that were not sent at the end, once that has come."""
        return {key for senders in (*self._before, self._senders) for key in senders.unsent}

    def begin_close(self) -> None:
        """Let the channels send what waits, for a bounded time; returns at once."""
        for senders in (*self._before, self._senders):
            senders.begin_close()

    def close(self) -> None:
        """End the channels, at the latest a bounded time after `begin_close`."""
        for senders in (*self._before, self._senders):
            senders.close()
