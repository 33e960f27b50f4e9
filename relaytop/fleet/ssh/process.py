"""One ssh process, in a process group of its own, with pipes that are never waited for."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

READ_BYTES = 256 * 1024
STDERR_BYTES = 16 * 1024
"""Of the end of what it writes there."""
MAX_UNSENT = 1024 * 1024


class SshProcess:
    """Runs ssh.

    Args:
        command: The command line.
        environ: The environment, without keys.

    Raises:
        OSError: It cannot be started.
    """

    def __init__(self, command: Sequence[str], environ: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - its words are checked by `ssh_command`
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=dict(environ),
            # Not of the terminal's group: ^C and hang-ups are ours to answer, and it cannot ask.
            start_new_session=True,
            bufsize=0,
        )
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            if pipe is not None:
                os.set_blocking(pipe.fileno(), False)
        self._stderr = b""
        self._unsent = b""

    @property
    def returncode(self) -> int | None:
        """The exit code; None while it runs."""
        return self._process.poll()

    def read(self) -> bytes | None:
        """Return what it has written; None where there is nothing now, empty at the end."""
        self._read_stderr()
        pipe = self._process.stdout
        if pipe is None or pipe.closed:
            return b""
        try:
            return os.read(pipe.fileno(), READ_BYTES)
        except BlockingIOError:
            return None
        except OSError:
            return b""

    @property
    def stderr(self) -> str:
        """The end of what it wrote to stderr."""
        self._read_stderr()
        return self._stderr.decode("utf-8", "replace")

    def _read_stderr(self) -> None:
        pipe = self._process.stderr
        if pipe is None or pipe.closed:
            return
        with contextlib.suppress(OSError):
            if data := os.read(pipe.fileno(), STDERR_BYTES):
                self._stderr = (self._stderr + data)[-STDERR_BYTES:]

    def write(self, data: bytes) -> bool:
        """Send without waiting; return whether it can be."""
        pipe = self._process.stdin
        if pipe is None or pipe.closed or len(self._unsent) > MAX_UNSENT:
            return False
        self._unsent += data
        try:
            self._unsent = self._unsent[os.write(pipe.fileno(), self._unsent) :]
        except BlockingIOError:
            return True
        except OSError:
            return False
        return True

    def begin_end(self) -> None:
        """Ask it to end: the end of its input, and SIGTERM to all of its group."""
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.close()
        self._signal(signal.SIGTERM)

    def end(self, wait_s: float) -> None:
        """End it within `wait_s`, by SIGKILL where it must be, and close its pipes."""
        self.begin_end()
        try:
            self._process.wait(wait_s)
        except subprocess.TimeoutExpired:
            self._signal(signal.SIGKILL)
            self._process.wait()
        for pipe in (self._process.stdout, self._process.stderr):
            if pipe is not None:
                pipe.close()

    def _signal(self, number: int) -> None:
        """Signal its group: a proxy command and what that started are in it."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, number)
