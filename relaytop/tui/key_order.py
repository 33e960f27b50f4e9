"""Keys one after another: each is for what the one before has opened."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

from textual import events
from textual.app import App

if TYPE_CHECKING:
    from textual.dom import DOMNode
    from textual.driver import Driver

OVERDUE_S = 5.0
"""After so long the next key no longer waits for the one before."""


class OrderedKeysApp(App[int]):
    """An app that hands on a key once all that the one before does is done.

    Textual hands on at once what has arrived, to what has the focus then. On a slow link several
    keys arrive together: of `/gpt` the letters would be keys of the monitor, and `p` would pause
    all probing.
    """

    def __init__(self, driver_class: type[Driver] | None = None) -> None:
        super().__init__(driver_class=driver_class)
        self._waiting: deque[events.Event] = deque()
        self._handed_on_at: float | None = None
        """When the key was handed on that is not done; None: all are."""

    async def on_event(self, event: events.Event) -> None:
        """Handle an event; a key, or what is pasted, in its turn."""
        typed = isinstance(event, (events.Key, events.Paste)) and not event.is_forwarded
        if not typed or self._is_urgent(event):
            await super().on_event(event)
            return
        self._waiting.append(event)
        if self._handed_on_at is None or self._now() - self._handed_on_at > OVERDUE_S:
            await self._hand_on()

    def _is_urgent(self, event: events.Event) -> bool:
        """Return whether it is a key that works above every dialog, whatever is before it."""
        if not isinstance(event, events.Key):
            return False
        found = self.active_bindings.get(event.key)
        return found is not None and found.binding.priority

    async def _hand_on(self) -> None:
        """Hand on the first key that waits."""
        self._handed_on_at = None
        if not self._waiting:
            return
        event = self._waiting.popleft()
        self._handed_on_at = self._now()
        target = self.focused or self.screen
        await super().on_event(event)
        self._follow(target)

    def _follow(self, node: DOMNode | None) -> None:
        """Follow a key that no widget stops up to the app, a message behind it in each queue."""
        if node is None or node is self or not node.call_later(self._follow, node.parent):
            self.call_later(self._acted)

    def _acted(self) -> None:
        """Wait for the focus that the key's action has asked for, a message behind it."""
        self.call_later(self._focused)

    def _focused(self) -> None:
        """Wait for the screen that it has opened to be composed, and then hand on the next."""
        if not self.screen.call_later(self.call_later, self._hand_on):
            self.call_later(self._hand_on)

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()
