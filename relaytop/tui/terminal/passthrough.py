"""Sequences for the terminal around tmux or GNU screen: wrapped, so that they hand them on."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

SCREEN_CHUNK = 240
"""Bytes in one DCS: GNU screen holds 256 (newer ones 768), and prints what is beyond as text."""
_DCS, _ST = "\x1bP", "\x1b\\"


def wrapped(sequence: str, environ: Mapping[str, str]) -> str:
    """Return a sequence as the outermost terminal gets it, by $TMUX and $STY.

    tmux hands it on where its option `allow-passthrough` is on, as it always does before 3.3.

    Args:
        sequence: Ends with BEL where it is a string: GNU screen would end at ESC and backslash.
        environ: The environment.
    """
    if environ.get("TMUX"):
        escaped = sequence.replace("\x1b", "\x1b\x1b")
        return f"{_DCS}tmux;{escaped}{_ST}"
    if environ.get("STY"):
        starts = range(0, len(sequence), SCREEN_CHUNK)
        return "".join(f"{_DCS}{sequence[at : at + SCREEN_CHUNK]}{_ST}" for at in starts)
    return sequence
