"""The ledger's file, opened for writing or for reading; SQLite takes a while to import."""

from __future__ import annotations

import errno
import os
import sqlite3
import stat
import time
from typing import TYPE_CHECKING

from relaytop.config.safe_files import make_private_folder, open_regular
from relaytop.ledger import tables

if TYPE_CHECKING:
    from pathlib import Path

BUSY_S = 2.0
"""Longest wait for another process's lock."""
RETRY_S = 0.02
WRITE_ERRORS = (sqlite3.Error, OSError)


def open_for_writing(path: Path) -> sqlite3.Connection:
    """Open the ledger; it and its folder are made where they do not exist.

    Raises:
        sqlite3.Error: It is locked or no database.
        OSError: It cannot be made.
    """
    make_private_folder(path.parent)
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NONBLOCK | os.O_CLOEXEC, 0o600)
    try:
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            raise OSError(errno.EINVAL, "not a regular file", str(path))
        os.fchmod(fd, 0o600)
    finally:
        os.close(fd)
    deadline = time.monotonic() + BUSY_S
    while True:
        connection = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None)
        try:
            tables.create(connection)
        except BaseException as error:
            connection.close()
            if not _is_busy(error) or time.monotonic() > deadline:
                raise
            # SQLite waits for another process's lock, but not to change to write-ahead logging.
            time.sleep(RETRY_S)
        else:
            return connection


def _is_busy(error: BaseException) -> bool:
    primary = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return isinstance(error, sqlite3.OperationalError) and primary == sqlite3.SQLITE_BUSY


def open_for_reading(path: Path) -> sqlite3.Connection:
    """Open the ledger read-only, without delaying a process that writes.

    A writer keeps a log beside the ledger. Without one the file is not being written, and is read
    as it is: SQLite would make that log, and leave it behind.

    Raises:
        OSError: It cannot be opened, or is no regular file.
        sqlite3.Error: It is no database.
    """
    open_regular(path).close()
    file = path.resolve()
    immutable = "" if file.with_name(f"{file.name}-wal").exists() else "&immutable=1"
    return sqlite3.connect(f"{file.as_uri()}?mode=ro{immutable}", uri=True, timeout=BUSY_S)
