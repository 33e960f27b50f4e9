"""Reads regular files alone, up to a bound, and makes folders that are the user's alone.

A pipe would be waited for, a device read without end. A folder that others may write to lets them
remove what is in it.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import BinaryIO

STDIN = Path("-")
_KINDS = (
    (stat.S_ISDIR, "it is a folder"),
    (stat.S_ISFIFO, "it is a pipe"),
    (stat.S_ISSOCK, "it is a socket"),
    (stat.S_ISCHR, "it is a device"),
    (stat.S_ISBLK, "it is a device"),
)
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


def open_regular(path: Path) -> BinaryIO:
    """Open a regular file for reading.

    Raises:
        OSError: It cannot be opened, or is no regular file; `strerror` says which.
    """
    _check_kind(os.stat(path), path)  # noqa: PTH116 - a socket cannot be opened to be looked at
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY)
    try:
        _check_kind(os.fstat(fd), path)
        return os.fdopen(fd, "rb")
    except BaseException:
        os.close(fd)
        raise


def read_bounded(path: Path, most_bytes: int, *, stdin: bool = False) -> bytes:
    """Read a regular file whole.

    Args:
        path: The file.
        most_bytes: A larger file is refused.
        stdin: Whether `-` is the standard input.

    Raises:
        OSError: It cannot be read, is no regular file or too large; `strerror` says which.
    """
    if stdin and path == STDIN:
        data = sys.stdin.buffer.read(most_bytes + 1)
    else:
        with open_regular(path) as file:
            data = file.read(most_bytes + 1)
    if len(data) > most_bytes:
        raise OSError(errno.EFBIG, f"it is larger than {_size(most_bytes)}", str(path))
    return data


def _check_kind(found: os.stat_result, path: Path) -> None:
    if not stat.S_ISREG(found.st_mode):
        word = next(
            (word for is_kind, word in _KINDS if is_kind(found.st_mode)), "it is not a file"
        )
        raise OSError(errno.EINVAL, f"{word}, not a regular file", str(path))


def _size(count: int) -> str:
    return f"{count >> 20} MiB" if count >= 1 << 20 else f"{count >> 10} KiB"


def make_private_folder(path: Path) -> None:
    """Make a folder of relaytop's own, and those above it, for its owner alone, whatever the umask.

    One that is there must be the user's; where others may write to it, that is ended.

    Raises:
        OSError: It cannot be made, or is another user's.
    """
    for folder in [*reversed(path.parents), path]:
        try:
            folder.mkdir(0o700)
        except FileExistsError:
            continue
        except OSError:
            if not folder.is_dir():
                raise
    found = path.stat()
    if not stat.S_ISDIR(found.st_mode):
        raise NotADirectoryError(errno.ENOTDIR, "there is a file in its place", str(path))
    if found.st_uid != os.geteuid():
        raise PermissionError(errno.EPERM, "the folder belongs to another user", str(path))
    if found.st_mode & _OTHERS_WRITE:
        path.chmod(0o700)


def is_private_folder(path: Path) -> bool:
    """Return whether a folder is the user's and nobody else may write to it; a link is none."""
    try:
        found = path.lstat()
    except OSError:
        return False
    is_ours = stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid()
    return is_ours and not found.st_mode & _OTHERS_WRITE
