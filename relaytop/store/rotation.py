"""The files of one recording: `FILE` is the newest, `FILE.1` the one before it, and so on."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

MAX_PARTS = 100
"""Parts that are looked for."""


def part(path: Path, number: int) -> Path:
    """Return the name of a part; 0 is the newest."""
    return path.with_name(f"{path.name}.{number}") if number else path


def parts(path: Path) -> list[Path]:
    """Return the parts that exist, oldest first."""
    if not path.name:  # the root, or the folder that one is in
        return [path]
    names = [part(path, number) for number in range(MAX_PARTS, -1, -1)]
    return [name for name in names if name.exists()]


def shift(path: Path, keep: int) -> None:
    """Give every part the next number, so that `path` itself is free.

    Args:
        path: The newest part.
        keep: How many older parts are kept; what is older still goes.

    Raises:
        OSError: A part cannot be renamed.
    """
    for number in range(keep, 0, -1):
        older = part(path, number - 1)
        if older.exists():
            older.replace(part(path, number))
    if not keep:
        path.unlink(missing_ok=True)
