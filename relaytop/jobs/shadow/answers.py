"""Both answers to a request in one file, for a person to read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from relaytop.config.errors import RelaytopError
from relaytop.store.atomic import write_new

if TYPE_CHECKING:
    from pathlib import Path

    from relaytop.jobs.shadow.interleave import Race

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


def save_answers(race: Race, folder: Path) -> int:
    """Write a race's answers, a file a round (mode 0600); return how many files.

    Raises:
        OSError: One cannot be written.
    """
    name = _UNSAFE.sub("_", race.pair.model).lstrip(".") or "model"
    for one in race.answers:
        asked = [f"{role}: {words}" for role, words in one.messages]
        parts = [
            *asked,
            f"{_RULE} A: {race.pair.a.id}",
            one.a,
            f"{_RULE} B: {race.pair.b.id}",
            one.b,
        ]
        content = "\n\n".join(parts) + "\n"
        path = folder / f"{name}-{one.number:05d}.txt"
        write_new(path, content.encode(errors="replace"))
    return len(race.answers)
