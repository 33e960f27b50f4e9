"""Times that the kernel gives packets, brought to the clock of `perf_counter`.

A process that waits for the CPU reads its socket late, and a stamp taken after the read is late by
as much. Linux stamps a segment when it arrives (SO_TIMESTAMPNS,
<https://docs.kernel.org/networking/timestamping.html>). Other systems, and sandboxes that do
without, leave the caller with its own clock.
"""

from __future__ import annotations

import contextlib
import math
import os
import platform
import socket
import struct
import sys
import threading
import time
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_SO_TIMESTAMPNS = 35
"""The option, and the type of its control messages, on the architectures below."""
_ARCHITECTURES = {"x86_64", "i686", "aarch64", "armv7l", "riscv64", "ppc64le", "s390x"}
_STAMP = struct.Struct("@ll")
"""Of a control message: seconds, nanoseconds."""
CONTROL_BYTES = 128
"""Room for a read's control messages."""
_TOGETHER_S = 20e-6
"""Two clocks that were read within so long of one another were read together."""
_ATTEMPTS = 3
_FRESH_S = 0.01
"""How long the clocks' difference is used before it is read again."""
_STEP_S = 1e-3
"""A difference of the clocks that changes by more between two reads: the wall clock was set."""
_DRIFT = 1e-3
"""Seconds a second by which time synchronisation may slew the wall clock, with room to spare."""


def stamp_arrivals(sock: socket.socket) -> bool:
    """Ask for the arrival times of what `sock` receives; False where the system has none."""
    if sys.platform != "linux" or platform.machine() not in _ARCHITECTURES:
        return False
    try:
        sock.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
    except OSError:
        return False
    _keep_stamping()
    return True


@cache
def _keep_stamping() -> int | None:
    """Open a socket that wants stamps, for good: the kernel begins anew, late, after the last one.

    Returns:
        Its file descriptor.
    """
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as anchor:
            anchor.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
            return anchor.detach()
    except OSError:
        return None


class KernelClock:
    """Converts the stamps of one socket to `perf_counter` seconds.

    A stamp is None where the kernel gave none, or where the wall clock, in which the kernel stamps,
    was set meanwhile.

    Args:
        wall: Unix seconds.
        monotonic: Seconds of the clock that stamps are converted to.
    """

    def __init__(
        self,
        wall: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._wall, self._monotonic = wall, monotonic
        self._difference = 0.0
        """Unix seconds − monotonic seconds, once it was read."""
        self._compared_at = -math.inf

    def arrival(
        self, control: list[tuple[int, int, bytes]], earliest: float, latest: float
    ) -> float | None:
        """Return when the last segment of a read arrived.

        Args:
            control: The read's control messages.
            earliest: Before this it cannot have been.
            latest: After this neither: when the read was over.
        """
        found = next((data for _level, kind, data in control if kind == _SO_TIMESTAMPNS), b"")
        if len(found) != _STAMP.size:  # none, or one of which a sandbox gave a part
            return None
        if latest - self._compared_at > _FRESH_S and not self._compare():
            return None
        seconds, nanoseconds = _STAMP.unpack(found)
        stamp = float(seconds + nanoseconds * 1e-9 - self._difference)
        return stamp if earliest <= stamp <= latest else None

    def _compare(self) -> bool:
        """Read the two clocks together; False where their difference jumped since the last time."""
        for _attempt in range(_ATTEMPTS):
            before = self._monotonic()
            wall = self._wall()
            after = self._monotonic()
            if after - before <= _TOGETHER_S:
                break
        else:
            return False
        now = (before + after) / 2
        difference, known = wall - now, self._difference
        elapsed = now - self._compared_at  # infinite at first: no jump then
        self._difference, self._compared_at = difference, now
        return abs(difference - known) <= _STEP_S + _DRIFT * elapsed


class _Closer:
    """Closes a file when it is forgotten, as a thread's own things are when it ends."""

    def __init__(self, file: int) -> None:
        self._file = file
        self._close = os.close  # at the interpreter's end the module may be gone first

    def __del__(self) -> None:
        self._close(self._file)


class Wakefulness(threading.local):
    """How long this thread has not slept: on a CPU, or waiting for one.

    What arrives while a thread sleeps wakes it, so segments can only have come together in one read
    within the time that it did not sleep. From `/proc/thread-self/schedstat` (time on a CPU, time
    on the run queue); seconds since some moment, or None where the system does not tell. Each
    thread that asks gets its own, which is closed when it ends.
    """

    def __init__(self) -> None:
        self._file: int | None = None
        with contextlib.suppress(OSError):
            self._file = os.open("/proc/thread-self/schedstat", os.O_RDONLY)
            self._closer = _Closer(self._file)

    def seconds(self) -> float | None:
        """Return the time so far."""
        if self._file is None:
            return None
        try:
            _running, waiting, _slices = os.pread(self._file, 64, 0).split()
        except (OSError, ValueError):
            return None
        # The kernel brings its own count of running time up to date once a tick; this one is exact.
        return time.thread_time() + int(waiting) * 1e-9


WAKEFULNESS = Wakefulness()
