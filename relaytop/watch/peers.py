"""Other relaytops of this machine's user that probe the same targets: each costs as much again."""

from __future__ import annotations

import contextlib
import fcntl
import os
from typing import TYPE_CHECKING

from relaytop.config.fingerprint import target_fingerprints
from relaytop.config.safe_files import make_private_folder, read_bounded

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from relaytop.config.settings import Settings

EVERY_S = 5.0
"""Seconds between two looks."""
PREFIX = "probing-"
MAX_FILES = 256
MAX_BYTES = 1 << 20
_OPEN = os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW


class Peers:
    """Tells others what is probed here, and finds those that probe it too.

    Each process has a file in the folder, named by its id, and holds a lock on it: that of one that
    was killed is held by nobody, and is removed by whoever finds it.

    Args:
        folder: The folder in which they find each other.
        pid: The id of this process.
    """

    def __init__(self, folder: Path, pid: int) -> None:
        self._folder = folder
        self._pid = pid
        self._file: tuple[int, Path] | None = None
        self._settings: Settings | None = None
        self._ours: frozenset[str] = frozenset()
        self._due_at = 0.0
        self.shared: Mapping[int, int] = {}
        """Process id → how many of the targets it probes too."""

    def check(self, settings: Settings, now: float) -> Sequence[tuple[bool, str]]:
        """Look again where it is time; return what is news, as (whether it is bad, a sentence).

        Args:
            settings: What is probed here.
            now: Steady seconds.
        """
        if now < self._due_at and settings is self._settings:
            return []
        self._due_at = now + EVERY_S
        before = self.shared
        try:
            self._tell(settings)
            self.shared = dict(self._others())
        except OSError:
            return []  # nobody is found where nobody can be: no reason not to probe
        count = len(self._ours)
        came = [(True, _came(pid, n, count)) for pid, n in self.shared.items() if pid not in before]
        gone = [
            (False, f"pid {pid} no longer probes any of these targets")
            for pid in before
            if pid not in self.shared
        ]
        return [*came, *gone]

    def close(self) -> None:
        """Tell nobody any more."""
        if self._file is not None:
            (fd, path), self._file = self._file, None
            with contextlib.suppress(OSError):
                path.unlink()
            os.close(fd)
        self.shared = {}

    def _tell(self, settings: Settings) -> None:
        """Write down what is probed here, if that is not there yet."""
        if settings is self._settings and self._is_there():
            return
        self._settings = settings
        self._ours = target_fingerprints(settings)
        if not self._is_there():
            self.close()
            self._file = self._locked()
        if self._file is not None:
            content = "\n".join([*self._ours, ""]).encode()
            # In this order: to whoever reads meanwhile we are never gone.
            os.pwrite(self._file[0], content, 0)
            os.ftruncate(self._file[0], len(content))

    def _is_there(self) -> bool:
        """Return whether our file is where others look for it."""
        if self._file is None:
            return False
        fd, path = self._file
        try:
            return os.path.samestat(os.fstat(fd), path.lstat())
        except OSError:
            return False

    def _locked(self) -> tuple[int, Path]:
        make_private_folder(self._folder)
        # Containers may share the folder and have processes of one id.
        path = self._folder / f"{PREFIX}{self._pid}-{os.urandom(4).hex()}.lock"
        fd = os.open(path, _OPEN | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(fd)
            raise
        return fd, path

    def _others(self) -> Iterator[tuple[int, int]]:
        """Yield (process id, how many targets it shares) of each that shares any."""
        own = self._file[1] if self._file is not None else None
        found = sorted(self._folder.glob(f"{PREFIX}*.lock"))
        for path in found[:MAX_FILES]:
            pid = path.name.removeprefix(PREFIX).partition("-")[0]
            if path == own or not pid.isascii() or not pid.isdigit():
                continue
            shared = len(self._ours & _probed_by(path))
            if shared:
                yield int(pid), shared


def _probed_by(path: Path) -> frozenset[str]:
    """Return what the process probes that holds a file; one that nobody holds is removed."""
    try:
        fd = os.open(path, _OPEN | os.O_NONBLOCK)
    except OSError:
        return frozenset()
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        with contextlib.suppress(OSError):
            return frozenset(read_bounded(path, MAX_BYTES).decode("ascii", "replace").split())
        return frozenset()
    else:
        with contextlib.suppress(OSError):
            path.unlink()
        return frozenset()
    finally:
        os.close(fd)


def _came(pid: int, shared: int, count: int) -> str:
    which = "these targets" if shared == count else f"{shared} of these {count} targets"
    if count == 1:
        which = "this target"
    return f"pid {pid} probes {which} too: cost and requests are doubled"
