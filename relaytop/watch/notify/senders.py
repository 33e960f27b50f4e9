"""All channels of a watch together: what is sent through them, and what the log says of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.watch.notify.channel import Closing
from relaytop.watch.notify.delivery_queue import DeliveryQueue

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from relaytop.alerts.alert import Alert, Severity
    from relaytop.watch.notify.channel import Channel
    from relaytop.watch.notify.delivery_queue import Remark

CLOSE_S = 1.2
"""Seconds at the end for what waits to be sent."""


class Senders:
    """Sends alerts that begin to fire, get worse or resolve; not what was acknowledged or snoozed.

    Args:
        channels: Each gets a thread and a bounded queue.
        clock: Steady Unix seconds.
    """

    def __init__(self, channels: Sequence[Channel], clock: Callable[[], float]) -> None:
        self._clock = clock
        self._closing = Closing()
        self._queues = [DeliveryQueue(channel, self._closing) for channel in channels]
        self._sent: dict[str, Severity] = {}
        """Key of an alert whose firing was sent → the severity that was."""

    def send(self, alert: Alert) -> None:
        """Send a change of an alert soon, where it is to be sent; returns at once."""
        if self._is_sent(alert):
            for queue in self._queues:
                queue.put(alert)

    def _is_sent(self, alert: Alert) -> bool:
        if alert.state == "resolved":
            return self._sent.pop(alert.key, None) is not None
        is_snoozed = alert.snoozed_until is not None and alert.snoozed_until > self._clock()
        if (
            alert.acknowledged
            or is_snoozed
            or self._sent.get(alert.key) in {alert.severity, "down"}
        ):
            return False
        self._sent[alert.key] = alert.severity
        return True

    def remarks(self) -> list[Remark]:
        """Return (level, text) of what is new for the log."""
        return [remark for queue in self._queues for remark in queue.remarks()]

    def begin_close(self) -> None:
        """Let the channels send what waits, for a bounded time; returns at once."""
        self._closing.begin(CLOSE_S)
        for queue in self._queues:
            queue.wake()

    def close(self) -> None:
        """End the channels, at the latest a bounded time after `begin_close`."""
        self.begin_close()
        for queue in self._queues:
            queue.join()
