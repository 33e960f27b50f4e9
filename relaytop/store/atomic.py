"""Files that are written completely or not at all, and never over another."""

from __future__ import annotations

import errno
import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_NAMES = 1000
NO_LINKS = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})
"""Errors of file systems that know no hard links: FAT, some of the network."""


def write_new(path: Path, content: bytes) -> Path:
    """Write a new file, mode 0600, and return its path; its folder is made where there is none.

    Where `path` exists, `-2`, `-3` … is put behind its stem.

    Raises:
        OSError: It cannot be written; nothing is left behind then.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with _written(path, content) as temporary:
        return _link(temporary, path, content)


def write_exactly(path: Path, content: bytes) -> None:
    """Write a new file, mode 0600, under this very name.

    Raises:
        OSError: It exists, or cannot be written; nothing is left behind then.
    """
    with _written(path, content) as temporary:
        _name(temporary, path, content)


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


def _name(temporary: str, path: Path, content: bytes) -> None:
    """Give a written file a name that nothing has; write it again where there are no hard links."""
    try:
        os.link(temporary, path)
    except OSError as error:
        if error.errno not in NO_LINKS:
            raise
        _write_exclusively(path, content)


def _write_exclusively(path: Path, content: bytes) -> None:
    """Write a file that is not there yet; none is left behind where that fails."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _link(temporary: str, path: Path, content: bytes) -> Path:
    """Give the file its name; a hard link, unlike a rename, refuses to replace one."""
    for number in range(1, MAX_NAMES):
        wanted = path if number == 1 else path.with_stem(f"{path.stem}-{number}")
        try:
            _name(temporary, wanted, content)
        except FileExistsError:
            continue
        return wanted
    raise FileExistsError(path)
