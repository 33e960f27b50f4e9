"""A bounded queue of alerts before a channel, emptied by a thread: nothing ever waits for it."""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaytop.alerts.alert import Alert
    from relaytop.monitor.event import Level
    from relaytop.watch.notify.channel import Channel, Closing, Undelivered

MAX_WAITING = 100
"""Alerts that may wait; the oldest gives way to the next."""
MAX_REMARKS = 50
"""Lines for the log that may wait to be read."""

GRACE_S = 0.2
"""Seconds that a channel has to end a program, after the end of what may be sent."""

Remark = tuple["Level", str]


class DeliveryQueue:
    """Hands alerts to a channel one at a time, in their order.

    A kind of failure is reported once, until something was delivered again.

    Args:
        channel: Used by the thread alone.
        closing: The end of all channels.
    """

    def __init__(self, channel: Channel, closing: Closing) -> None:
        self._channel = channel
        self._closing = closing
        self._waiting: deque[Alert] = deque()
        self._firing: Sequence[Alert] = ()
        self._refresh_due_s = math.inf
        self._changed = threading.Condition()
        self._remarks: deque[Remark] = deque(maxlen=MAX_REMARKS)
        self._failures: set[str] = set()
        self._overflowed = False
        self._current: Alert | None = None
        """What is being delivered."""
        self._lost: list[Alert] = []
        """Alerts that failed at the end, beside those that were reported."""
        self.unsent: set[str] = set()
        """The keys of alerts that were not sent at the end, once that has come."""
        # A daemon: a name server that does not answer must not keep the process.
        self._thread = threading.Thread(target=self._run, name="alerts", daemon=True)

    def put(self, alert: Alert) -> None:
        """Send an alert soon; returns at once."""
        self._start()
        with self._changed:
            self._waiting.append(alert)
            if len(self._waiting) > MAX_WAITING:
                self._waiting.popleft()
                if not self._overflowed:
                    self._overflowed = True
                    text = f"more than {MAX_WAITING} alerts are queued: the oldest are dropped"
                    self._remark("error", text)
            self._changed.notify()

    def update(self, firing: Sequence[Alert]) -> None:
        """Have the channel send again what fires, as often as it wants to; returns at once."""
        if self._channel.refresh_s is not None:
            self._firing = firing
            if firing:
                self._start()

    @property
    def waiting(self) -> int:
        """The alerts that wait."""
        return len(self._waiting)

    def remarks(self) -> list[Remark]:
        """Return (level, text) of what is new for the log."""
        found = []
        while self._remarks:
            found.append(self._remarks.popleft())
        return found

    def wake(self) -> None:
        """Have the thread look at whether the end has begun."""
        with self._changed:
            self._changed.notify()

    def join(self) -> None:
        """Wait for the thread, if there is one, as long as the end that has begun allows.

        What was not sent by then is reported.
        """
        if self._thread.ident is None:
            return
        self._thread.join(self._closing.left_s + GRACE_S)
        with self._changed:
            current = [self._current] if self._current is not None else []
            lost = [*self._lost, *current, *self._waiting]
            self._waiting.clear()
        self.unsent |= {alert.key for alert in lost}
        if lost:
            what = "1 alert" if len(lost) == 1 else f"{len(lost)} alerts"
            self._remark("error", f"{what} not sent: relaytop exited")

    def _start(self) -> None:
        if self._thread.ident is None:
            self._set_refresh_due()
            self._thread.start()

    def _set_refresh_due(self) -> None:
        if self._channel.refresh_s is not None:
            self._refresh_due_s = time.monotonic() + self._channel.refresh_s

    def _run(self) -> None:
        while not self._is_over:
            alert = self._next()
            if alert is not None:
                self._deliver(alert)
            elif not self._closing.begun:
                self._report(self._channel.refresh(self._firing, self._closing))
                self._set_refresh_due()

    @property
    def _is_over(self) -> bool:
        return self._closing.begun and (not self._waiting or self._closing.left_s <= 0)

    def _deliver(self, alert: Alert) -> None:
        failure = self._channel.deliver(alert, self._closing)
        if failure is None:
            self._note_success()
        elif self._closing.begun:
            self.unsent.add(alert.key)
            if not self._report(failure):
                self._lost.append(alert)
        else:
            self._report(failure)
        self._current = None

    def _next(self) -> Alert | None:
        """Return the next alert; None where a refresh is due, or none comes any more."""
        with self._changed:
            left_s = self._refresh_due_s - time.monotonic()
            self._changed.wait_for(
                lambda: self._waiting or self._closing.begun,
                None if math.isinf(left_s) else max(0.0, left_s),
            )
            if not self._waiting or self._closing.left_s <= 0:
                return None
            if time.monotonic() >= self._refresh_due_s and not self._closing.begun:
                return None
            if len(self._waiting) == 1:
                self._overflowed = False
            self._current = self._waiting.popleft()
            return self._current

    def _note_success(self) -> None:
        if self._failures:
            self._failures.clear()
            self._remark("good", "sending alerts works again")

    def _report(self, failure: Undelivered | None) -> bool:
        """Report a failure of a new kind; return whether it is one."""
        if failure is None or failure.kind in self._failures:
            return False
        self._failures.add(failure.kind)
        self._remark("error", "alert not sent: " + ": ".join(filter(None, failure)))
        return True

    def _remark(self, level: Level, text: str) -> None:
        self._remarks.append((level, f"{self._channel.name}: {text}"))
