"""Why a file could not be written, in words."""

from __future__ import annotations

import errno
import os

WORDS = {
    errno.EEXIST: "there is a file where its folder should be",
    errno.ENOTDIR: "there is a file where its folder should be",
    errno.EACCES: "no permission to write there",
    errno.EPERM: "no permission to write there",
    errno.EROFS: "the disk is read-only",
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "your quota of the disk is used up",
}


def in_words(error: OSError, where: os.PathLike[str]) -> str:
    """Say what is wrong and where, without a number."""
    why = WORDS.get(error.errno or 0) or (os.strerror(error.errno) if error.errno else str(error))
    return f"{os.fspath(where)}: {why}"
