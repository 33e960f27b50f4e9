"""Recordings, written: lines of JSON, on a thread of its own, so that a slow disk stops nothing."""

from __future__ import annotations

import contextlib
import dataclasses
import errno
import fcntl
import os
import queue
import socket
import stat
import threading
from typing import TYPE_CHECKING

from relaytop.config.errors import RelaytopError
from relaytop.config.safe_files import open_regular
from relaytop.protocol.codec import encode
from relaytop.protocol.messages import Finished
from relaytop.store.recording import LINE_BYTES, RECORDED
from relaytop.store.recording_header import SCHEMA, header_lines, read_header
from relaytop.store.rotation import parts, shift

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from relaytop.config.settings import Settings
    from relaytop.monitor.event import Level
    from relaytop.protocol.messages import Report

PART_BYTES = 64 * 1024 * 1024
MAX_OLDER_PARTS = 5
"""Older parts that are kept beside the one being written."""
MAX_WAITING = 10_000
"""Lines that may wait for the disk."""
CLOSE_S = 1.0
RETRY_S = 1.0
"""Seconds until a disk that is full is tried again."""
FULL = {errno.ENOSPC: "the disk is full", errno.EDQUOT: "disk quota exceeded"}
"""Errors that pass once somebody makes room."""


class Recorder:
    """Appends to a recording until it is closed, or until it cannot be written any more.

    While the disk is full reports wait for room, as many as `MAX_WAITING`.

    Args:
        path: The file; a recording that is there already is continued.
        part_bytes: How large a part may get.
        keep: How many older parts are kept.

    Raises:
        RelaytopError: It cannot be written, it or an older part of it is not a recording, or
            another relaytop writes it.
    """

    def __init__(
        self, path: Path, *, part_bytes: int = PART_BYTES, keep: int = MAX_OLDER_PARTS
    ) -> None:
        self._path = path
        self._part_bytes = part_bytes
        self._keep = keep
        self._head = b""
        self._failure: str | None = None
        self._remarks: queue.SimpleQueue[tuple[Level, str]] = queue.SimpleQueue()
        self._closing = threading.Event()
        self._waits = False
        self._missing = 0
        """Lines that there was no room for while the disk was full."""
        self._missing_head = b""
        try:
            _check_older(path)
            self._fd = _open(path)
        except BlockingIOError:
            sentence = f"another relaytop records to {path}; name another file"
            raise RelaytopError(sentence) from None
        except OSError as error:
            sentence = (
                f"{path} cannot be recorded to: {error.strerror}; "
                "name a file in a folder that you may write to"
            )
            raise RelaytopError(sentence) from None
        try:
            self._size = _continued(path, self._fd)
        except BaseException:
            os.close(self._fd)
            raise
        self._lines: queue.Queue[tuple[bool, bytes] | None] = queue.Queue(MAX_WAITING)
        # A daemon: a write that never returns must not keep the process.
        self._thread = threading.Thread(target=self._work, name="recorder", daemon=True)
        self._thread.start()

    def write_header(self, settings: Settings) -> None:
        """Write what is watched from now on; before the first reports, and when it changes."""
        self._put(header_lines(settings, socket.gethostname()), head=True)

    def consume(self, reports: Iterable[Report]) -> None:
        """Write reports soon, without waiting for the disk; replies' texts are left out."""
        for report in reports:
            if isinstance(report, RECORDED):
                line = encode(_without_text(report))
                if len(line) <= LINE_BYTES:
                    self._put(line)

    def remarks(self) -> list[tuple[Level, str]]:
        """Return (level, text) of what is new for the log: that it waits, goes on, or stopped."""
        found = []
        with contextlib.suppress(queue.Empty):
            while True:
                found.append(self._remarks.get_nowait())
        return found

    def close(self) -> None:
        """Write what waits, for a second at most."""
        self._closing.set()
        with contextlib.suppress(queue.Full):
            self._lines.put_nowait(None)
        self._thread.join(CLOSE_S)

    def _put(self, line: bytes, *, head: bool = False) -> None:
        if self._failure is not None:
            return
        try:
            self._lines.put_nowait((head, line))
        except queue.Full:
            if not self._waits:
                self._fail("the disk is too slow")
            elif head:
                self._missing_head = line
            else:
                self._missing += 1

    def _fail(self, why: str) -> None:
        self._failure = why
        self._remarks.put(("error", f"recording to {self._path} stopped: {why}"))

    # ── on the thread ────────────────────────────────────────────────────────

    def _work(self) -> None:
        try:
            while (item := self._lines.get()) is not None:
                head, line = item
                if head:
                    self._head = line
                elif self._size + len(line) > self._part_bytes and self._size > len(self._head):
                    self._rotate()
                self._write(line)
        except OSError as error:
            self._fail(FULL.get(error.errno or 0) or error.strerror or type(error).__name__)
        finally:
            os.close(self._fd)

    def _rotate(self) -> None:
        shift(self._path, self._keep)
        fresh = _open(self._path)
        os.close(self._fd)
        self._fd, self._size = fresh, 0
        self._write(self._head)

    def _write(self, line: bytes) -> None:
        self._size += len(line)
        while line:
            try:
                line = line[os.write(self._fd, line) :]
            except OSError as error:
                self._wait_for_room(error)
        if self._waits:
            self._go_on()

    def _wait_for_room(self, error: OSError) -> None:
        """Wait for a while after an error that passes; raise any other, and all at the end."""
        why = FULL.get(error.errno or 0)
        if why is None or self._closing.is_set():
            raise error
        if not self._waits:
            self._waits = True
            self._remarks.put(("error", f"recording to {self._path} waits: {why}"))
        self._closing.wait(RETRY_S)

    def _go_on(self) -> None:
        """Say that there was room again, and what could not wait for it."""
        self._waits = False
        missing, self._missing = self._missing, 0
        head, self._missing_head = self._missing_head, b""
        if head:
            self._head = head
            self._write(head)
        lost = f"; {missing} reports are missing" if missing else ""
        level: Level = "warning" if missing else "good"
        self._remarks.put((level, f"recording to {self._path} goes on{lost}"))


def _without_text(report: Report) -> Report:
    if isinstance(report, Finished) and report.sample.text is not None:
        return dataclasses.replace(report, sample=dataclasses.replace(report.sample, text=None))
    return report


def _open(path: Path) -> int:
    """Open a file to append to, for its owner and this process alone."""
    # Non-blocking: opening a pipe would wait for its reader.
    flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NONBLOCK
    fd = os.open(path, flags, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(fd)
        raise
    return fd


def _continued(path: Path, fd: int) -> int:
    """Make sure that a file may be appended to; return its size in bytes."""
    found = os.fstat(fd)
    if not stat.S_ISREG(found.st_mode):
        sentence = f"{path} is not a file; name a new one"
        raise RelaytopError(sentence)
    if not found.st_size:
        os.fchmod(fd, 0o600)
        return 0
    header = read_header(os.pread(fd, LINE_BYTES, 0).partition(b"\n")[0])
    if header is None or header.schema > SCHEMA:
        sentence = f"{path} is not a recording that this relaytop can continue; name a new file"
        raise RelaytopError(sentence)
    os.fchmod(fd, 0o600)
    if os.pread(fd, 1, found.st_size - 1) != b"\n":
        return found.st_size + os.write(fd, b"\n")  # its last line was torn
    return found.st_size


def _check_older(path: Path) -> None:
    """Make sure that what rotating renames, and at last deletes, is of a recording."""
    for older in parts(path):
        if older == path:
            continue
        line = b"?"
        if older.is_file():  # opening a pipe would wait for its writer
            with open_regular(older) as file:
                line = file.readline(LINE_BYTES)
        if line and read_header(line) is None:
            sentence = (
                f"{older} is not a recording, but is named like an older part; name a new file"
            )
            raise RelaytopError(sentence)
