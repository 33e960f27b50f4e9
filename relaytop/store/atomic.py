"""Files that are written completely or not at all, and never over another."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_NAMES = 1000


def write_new(path: Path, content: bytes) -> Path:
    """Write a new file, mode 0600, and return its path; its folder is made where there is none.

    Where `path` exists, `-2`, `-3` … is put behind its stem.

    Raises:
        OSError: It cannot be written; nothing is left behind then.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with _written(path, content) as temporary:
        return _link(temporary, path)


def write_exactly(path: Path, content: bytes) -> None:
    """Write a new file, mode 0600, under this very name.

    Raises:
        OSError: It exists, or cannot be written; nothing is left behind then.
    """
    with _written(path, content) as temporary:
        os.link(temporary, path)


@contextmanager
def _written(path: Path, content: bytes) -> Iterator[str]:
    """Write a temporary file beside `path`, of mode 0600, and remove it at the end."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        yield temporary
    finally:
        Path(temporary).unlink()


def _link(temporary: str, path: Path) -> Path:
    """Give the file its name; a hard link, unlike a rename, refuses to replace one."""
    for number in range(1, MAX_NAMES):
        wanted = path if number == 1 else path.with_stem(f"{path.stem}-{number}")
        try:
            os.link(temporary, wanted)
        except FileExistsError:
            continue
        return wanted
    raise FileExistsError(path)
