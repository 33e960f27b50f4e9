"""Title, bell and desktop notification: what reaches someone who does not look at the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.tui.terminal.passthrough import wrapped
from relaytop.wire.text import clean

if TYPE_CHECKING:
    from collections.abc import Mapping

BELL = "\x07"
_ST = "\x07"
"""Ends a string; GNU screen would take ESC and a backslash for the end of what it is wrapped in."""
PUSH_TITLE, POP_TITLE = "\x1b[22;2t", "\x1b[23;2t"
MAX_TEXT = 200
"""Characters of a title or of a notification."""
_NO_STRINGS = ("linux", "vt", "ansi", "cons", "dumb", "sun")
"""Terminals that print what stands in an OSC, or have no title: their TERM begins so."""


class Attention:
    """Keeps what is to be sent until the terminal takes it: of each kind the newest alone.

    Args:
        environ: The environment: which terminal it is, and what is around it.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._has_strings = not environ.get("TERM", "").startswith(_NO_STRINGS)
        self._wanted: str | None = None
        self._shown: str | None = None
        """The title that the terminal has of ours; None: its own."""
        self._bells = False
        self._notification: str | None = None

    def set_title(self, text: str | None) -> None:
        """Have a title shown; None: leave the one that there is."""
        self._wanted = None if text is None else clean(text, MAX_TEXT)

    def ring(self) -> None:
        """Ring the bell."""
        self._bells = True

    def notify(self, text: str) -> None:
        """Show a desktop notification, where the terminal can (OSC 9)."""
        self._notification = clean(text, MAX_TEXT)

    def take(self) -> str:
        """Return what is to be sent now; it counts as sent."""
        sent = BELL if self._bells else ""
        if self._has_strings:
            if self._wanted is not None and self._wanted != self._shown:
                sent += PUSH_TITLE if self._shown is None else ""
                sent += f"\x1b]2;{self._wanted}{_ST}"
                self._shown = self._wanted
            if self._notification is not None:
                sent += wrapped(f"\x1b]9;{self._notification}{_ST}", self._environ)
        self._bells, self._notification = False, None
        return sent

    def leave(self) -> str:
        """Return what gives the terminal its own title back; it is ours again when more is taken.

        One that keeps no stack of titles has an empty one then, which most show as their own.
        """
        restored = "" if self._shown is None else f"\x1b]2;{_ST}{POP_TITLE}"
        self._shown = None
        return restored
