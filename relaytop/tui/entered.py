"""The modes of a screen in the order in which they were entered: esc leaves the last one."""

from __future__ import annotations


class EnteredModes:
    """Which modes are active, the one that was entered last at the end."""

    def __init__(self) -> None:
        self._active: dict[str, None] = {}

    def set(self, mode: str, *, active: bool) -> None:
        """Note that a mode is active or not; one that stays active keeps its place."""
        if active:
            self._active.setdefault(mode)
        else:
            self._active.pop(mode, None)

    @property
    def last(self) -> str | None:
        """The mode that was entered last; None where none is active."""
        return next(reversed(self._active), None)
