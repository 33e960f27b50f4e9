"""Both replies to a request in one file, for a person to read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from relaytop.config.errors import RelaytopError
from relaytop.store.atomic import write_new

if TYPE_CHECKING:
    from pathlib import Path

    from relaytop.jobs.shadow.interleave import InterleavedPair

_UNSAFE = re.compile(r"[^\w.-]+")
_RULE = "-" * 8


def make_folder(folder: Path) -> None:
    """Make the folder, for its owner alone where it is new, and see that it can be written to.

    Raises:
        RelaytopError: It cannot be made, or not be written to.
    """
    probe = folder / ".relaytop"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_new(probe, b"").unlink()
    except OSError as error:
        sentence = f"--save-replies {folder}: {error.strerror}"
        raise RelaytopError(sentence) from None


def save_replies(finished: InterleavedPair, folder: Path) -> int:
    """Write a pair's replies, a file a round (mode 0600); return how many files.

    Raises:
        OSError: One cannot be written.
    """
    pair = finished.pair
    name = _UNSAFE.sub("_", pair.model).lstrip(".") or "model"
    for each in finished.replies:
        parts = [
            *(f"{role}: {words}" for role, words in each.messages),
            f"{_RULE} A: {pair.a.id}",
            each.a,
            f"{_RULE} B: {pair.b.id}",
            each.b,
        ]
        content = "\n\n".join(parts) + "\n"
        path = folder / f"{name}-{each.number:05d}.txt"
        write_new(path, content.encode(errors="replace"))
    return len(finished.replies)
