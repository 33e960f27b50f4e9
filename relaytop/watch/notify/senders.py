"""All channels of a watch together: what is sent through them, and what the log says of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.watch.notify.channel import Closing
from relaytop.watch.notify.delivery_queue import DeliveryQueue

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaytop.alerts.alert import Alert
    from relaytop.watch.notify.channel import Channel
    from relaytop.watch.notify.delivery_queue import Remark

CLOSE_S = 0.9
"""Seconds at the end for what waits to be sent."""
REPLACED_S = 10.0
"""The same where others go on in their place."""


class Senders:
    """Sends alerts through all channels side by side.

    Args:
        channels: Each gets a thread and a bounded queue.
    """

    def __init__(self, channels: Sequence[Channel]) -> None:
        self._closing = Closing()
        self._queues = [DeliveryQueue(channel, self._closing) for channel in channels]

    def send(self, alert: Alert) -> None:
        """Send a change of an alert soon; returns at once."""
        for queue in self._queues:
            queue.put(alert)

    def update(self, firing: Sequence[Alert]) -> None:
        """Hand over what fires now, for channels that send it again; returns at once."""
        for queue in self._queues:
            queue.update(firing)

    def remarks(self) -> list[Remark]:
        """Return (level, text) of what is new for the log."""
        return [remark for queue in self._queues for remark in queue.remarks()]

    @property
    def unsent(self) -> set[str]:
        """The keys of alerts that were not sent at the end, once that has come."""
        return {key for queue in self._queues for key in queue.unsent}

    def begin_close(self, within_s: float = CLOSE_S) -> None:
        """Let the channels send what waits, for a bounded time; returns at once."""
        self._closing.begin(within_s)
        for queue in self._queues:
            queue.wake()

    def close(self) -> None:
        """End the channels, at the latest a bounded time after `begin_close`."""
        self.begin_close()
        for queue in self._queues:
            queue.join()
