"""The clipboard of the user's own machine, over OSC 52: it works through ssh."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING

from relaytop.tui.terminal.passthrough import wrapped

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_BYTES = 100_000
"""Bytes of the sequence: terminals ignore longer ones."""
_BEGIN, _END = "\x1b]52;c;", "\x07"
MAX_TEXT_BYTES = (MAX_BYTES - len(_BEGIN) - len(_END)) // 4 * 3
"""Bytes of a text that fit."""


def bounded(text: str) -> str:
    """Return as much of a text, from its beginning, as a terminal takes."""
    return text.encode(errors="replace")[:MAX_TEXT_BYTES].decode(errors="ignore")


def copy_sequence(text: str, environ: Mapping[str, str]) -> str:
    """Return what puts a text on the clipboard of the terminal's machine.

    In tmux it is there twice: for tmux, which sets the clipboard where `set-clipboard` is on, and
    wrapped, for the terminal around it. GNU screen gets it wrapped alone.

    Args:
        text: Of which as much is copied as a terminal takes.
        environ: The environment.
    """
    sequence = f"{_BEGIN}{b64encode(bounded(text).encode()).decode()}{_END}"
    found = wrapped(sequence, environ)
    return sequence + found if environ.get("TMUX") else found
