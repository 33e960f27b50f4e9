"""The ledger's file, opened for writing or for reading; SQLite takes a while to import."""

from __future__ import annotations

import os
import sqlite3
from typing import TYPE_CHECKING

from relaytop.ledger import tables

if TYPE_CHECKING:
    from pathlib import Path

BUSY_S = 2.0
"""Longest wait for another process's lock."""
WRITE_ERRORS = (sqlite3.Error, OSError)


def open_for_writing(path: Path) -> sqlite3.Connection:
    """Open the ledger; it and its folder are made where they do not exist.

    Raises:
        sqlite3.Error: It is locked or no database.
        OSError: It cannot be made.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    connection = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None)
    try:
        tables.create(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def open_for_reading(path: Path) -> sqlite3.Connection:
    """Open the ledger read-only, without delaying a process that writes.

    A writer keeps a log beside the ledger. Without one the file is not being written, and is read
    as it is: SQLite would make that log, and leave it behind.
    """
    file = path.resolve()
    immutable = "" if file.with_name(f"{file.name}-wal").exists() else "&immutable=1"
    return sqlite3.connect(f"{file.as_uri()}?mode=ro{immutable}", uri=True, timeout=BUSY_S)
