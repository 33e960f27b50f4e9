"""Incidents on disk: lines of JSON that the screen and the agent append to, bounded by rotation."""

from __future__ import annotations

import contextlib
import dataclasses
import fcntl
import json
import os
import queue
import stat
import threading
from typing import TYPE_CHECKING

from relaytop.alerts.incident_record import from_document, to_document
from relaytop.config.safe_files import make_private_folder, open_regular, read_bounded
from relaytop.config.steady_clock import STEADY
from relaytop.store.rotation import parts, shift

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator
    from pathlib import Path

    from relaytop.alerts.incident_record import IncidentRecord
    from relaytop.config.settings import Settings
    from relaytop.watch.alerting import Alerting

PART_BYTES = 256 * 1024
"""A thousand incidents."""
MAX_OLDER_PARTS = 3
MAX_READ_BYTES = 4 * 1024 * 1024
MAX_TAIL_BYTES = 64 * 1024
"""Of the end of the file, where the run before left its open incidents."""
MAX_BEGIN_BYTES = 16 * 1024
"""Of a file whose kind is to be told."""
MAX_WAITING = 1000
"""Incidents that may wait for the disk."""
CLOSE_S = 0.5
ATTEMPTS = 5
"""Times that the file is opened, where others rotate it meanwhile."""


class IncidentFile:
    """Appends incidents on a thread of its own, which begins with the first one.

    An incident has a line when it begins, gets worse and ends; the last one counts. Moments are of
    the system's clock as it was when the incident began, so that its duration is true.

    Args:
        path: The newest part; several processes may append to it.
        part_bytes: How large a part may get.
        keep: How many older parts are kept.
        correction_s: Tells by how much the system's clock is ahead of the records' moments.
    """

    def __init__(
        self,
        path: Path,
        *,
        part_bytes: int = PART_BYTES,
        keep: int = MAX_OLDER_PARTS,
        correction_s: Callable[[], float] = lambda: STEADY.correction_s,
    ) -> None:
        self._path = path
        self._part_bytes = part_bytes
        self._keep = keep
        self._correction_s = correction_s
        self._corrections: dict[str, float] = {}
        """Key of an incident that goes on → the correction at its beginning."""
        self._lines: queue.Queue[bytes | None] = queue.Queue(MAX_WAITING)
        self._thread: threading.Thread | None = None
        self._failure: str | None = None
        self._warned = False

    def write(self, record: IncidentRecord) -> None:
        """Keep that an incident began, how it goes or how it went, without waiting for the disk."""
        correction_s = self._corrections.pop(record.key, None)
        if correction_s is None:
            correction_s = self._correction_s()
        if record.ended_at is None:
            self._corrections[record.key] = correction_s
        line = json.dumps(to_document(_moved(record, correction_s)), ensure_ascii=False)
        try:
            self._lines.put_nowait(line.encode(errors="replace") + b"\n")
        except queue.Full:
            self._failure = "the disk is too slow"
        if self._thread is None:
            # A daemon: a write that never returns must not keep the process.
            self._thread = threading.Thread(target=self._work, name="incidents", daemon=True)
            self._thread.start()

    def warning(self) -> str | None:
        """Return once why an incident was not kept; None while all is well."""
        if self._failure is None or self._warned:
            return None
        self._warned = True
        return f"incidents not recorded in {self._path}: {self._failure}"

    def close(self) -> None:
        """Write what waits, for a bounded time."""
        if self._thread is not None:
            with contextlib.suppress(queue.Full):
                self._lines.put_nowait(None)
            self._thread.join(CLOSE_S)

    # ── on the thread ────────────────────────────────────────────────────────

    def _work(self) -> None:
        while (line := self._lines.get()) is not None:
            try:
                self._append(line)
            except OSError as error:  # the next one is tried all the same
                self._failure = error.strerror or type(error).__name__

    def _append(self, line: bytes) -> None:
        make_private_folder(self._path.parent)
        fd = self._open()
        try:
            size = os.fstat(fd).st_size
            if size and size + len(line) > self._part_bytes:
                shift(self._path, self._keep)
                fresh = self._open()
                os.close(fd)
                fd = fresh
            elif size and os.pread(fd, 1, size - 1) != b"\n":
                line = b"\n" + line  # the last line was torn
            _write(fd, line)
        finally:
            os.close(fd)

    def _open(self) -> int:
        """Open the newest part for this process alone; others wait for their turn."""
        # Non-blocking: opening a pipe would wait for its reader.
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOFOLLOW
        for _attempt in range(ATTEMPTS):
            fd = os.open(self._path, flags, 0o600)
            try:
                if self._is_ours(fd):
                    return fd
            except BaseException:
                os.close(fd)
                raise
            os.close(fd)  # it was rotated away before it was ours
        raise OSError(None, "other processes keep rotating it")

    def _is_ours(self, fd: int) -> bool:
        """Wait for the turn of an open file; return whether it is the newest part still."""
        found = os.fstat(fd)
        if not stat.S_ISREG(found.st_mode):
            raise OSError(None, "not a regular file")
        fcntl.flock(fd, fcntl.LOCK_EX)
        os.fchmod(fd, 0o600)
        with contextlib.suppress(FileNotFoundError):
            return os.path.samestat(found, self._path.stat())
        return False


@contextlib.contextmanager
def kept_incidents(
    alerting: Alerting, path: Path, settings: Settings, unsent: Callable[[], Collection[str]]
) -> Iterator[None]:
    """Keep in a file what alerts find, up to the end of the context.

    Those that fired when the run before this one ended go on.

    Args:
        alerting: The alerts of a watch.
        path: The file.
        settings: What is watched.
        unsent: Returns, at the end, the keys of alerts that were not sent.
    """
    alerting.incidents = file = IncidentFile(path)
    alerting.resume(left_open(path), STEADY(), settings)
    try:
        yield
    finally:
        alerting.leave(STEADY(), unsent())
        file.close()


def left_open(path: Path) -> list[IncidentRecord]:
    """Return the incidents that the run before left open, in steady Unix seconds."""
    try:
        with open_regular(path) as file:
            file.seek(max(0, os.fstat(file.fileno()).st_size - MAX_TAIL_BYTES))
            lines = file.read(MAX_TAIL_BYTES).split(b"\n")
    except OSError:
        return []
    records = latest(record for record in map(_record, lines) if record is not None)
    ours = [record for record in records if record.ended_at is None and record.left is not None]
    return [_moved(record, -STEADY.correction_s) for record in ours]


def read_incidents(path: Path) -> list[IncidentRecord]:
    """Return the incidents of a file and its older parts, the oldest first.

    A line that is no incident is skipped.

    Raises:
        OSError: A part cannot be read, or is no regular file.
    """
    lines = (
        line for part in parts(path) for line in read_bounded(part, MAX_READ_BYTES).split(b"\n")
    )
    return latest(record for record in map(_record, lines) if record is not None)


def holds_incidents(path: Path) -> bool:
    """Return whether a file begins with incidents, as far as it can be read."""
    try:
        with open_regular(path) as file:
            begin = file.read(MAX_BEGIN_BYTES)
    except OSError:
        return False
    return any(_record(line) is not None for line in begin.split(b"\n"))


def latest(records: Iterable[IncidentRecord]) -> list[IncidentRecord]:
    """Return incidents as they are known last, the oldest first, but those that are part of others.

    Args:
        records: As they were written, several of each incident.
    """
    found = {(record.key, round(record.fired_at, 3)): record for record in records}
    return sorted(
        (record for record in found.values() if record.folded_into is None),
        key=lambda record: (record.fired_at, record.key),
    )


def _record(line: bytes) -> IncidentRecord | None:
    try:
        document = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return from_document(document) if isinstance(document, dict) else None


def _moved(record: IncidentRecord, seconds: float) -> IncidentRecord:
    ended_at = None if record.ended_at is None else _milliseconds(record.ended_at + seconds)
    left = record.left
    if left is not None:
        left = dataclasses.replace(left, at=_milliseconds(left.at + seconds))
    return dataclasses.replace(
        record,
        since=_milliseconds(record.since + seconds),
        fired_at=_milliseconds(record.fired_at + seconds),
        ended_at=ended_at,
        left=left,
    )


def _milliseconds(seconds: float) -> float:
    """Return whole milliseconds: a moment is the same after it was moved there and back."""
    return round(seconds, 3)


def _write(fd: int, line: bytes) -> None:
    while line:
        line = line[os.write(fd, line) :]
