"""The reason why a file could not be written, as a sentence."""

from __future__ import annotations

import errno
import os

REASONS = {
    errno.EEXIST: "there is a file where its folder should be",
    errno.ENOTDIR: "there is a file where its folder should be",
    errno.EACCES: "no permission to write there",
    errno.EPERM: "no permission to write there",
    errno.EROFS: "the disk is read-only",
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "disk quota exceeded",
}


def describe_os_error(error: OSError, path: os.PathLike[str]) -> str:
    """Return what is wrong and where, without an error number."""
    why = REASONS.get(error.errno or 0) or (os.strerror(error.errno) if error.errno else str(error))
    return f"{os.fspath(path)}: {why}"
