"""An end that never comes, whose waits take no time."""

from __future__ import annotations

from relaytop.watch.notify.channel import Closing


class NoWaits(Closing):
    """Notes the waits that it is asked for instead of waiting."""

    def __init__(self) -> None:
        super().__init__()
        self.waits_s: list[float] = []

    def wait(self, seconds: float) -> bool:
        self.waits_s.append(seconds)
        return False
