"""relaytop as a process of its own without the half second of imports: a fork of one with them.

A server imports every command and forks for each call. The fork takes over arguments, environment,
folder and standard streams, and ends as an interpreter does.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import pkgutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Self

import relaytop
from relaytop.cli.main import main

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

AT_START = ("LANG", "LC_", "PYTHON")
"""Variables whose names begin so take effect where an interpreter starts, not in a fork."""
USED = ("cli", "config", "jobs", "pricing", "probe", "report", "store", "wire")
"""The packages that commands import."""
MAX_BYTES = 1_000_000


class WarmStart:
    """Runs relaytop, one call at a time; use it as a context manager.

    Args:
        environ: What the server starts with.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = dict(environ)
        self._ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", __name__, str(theirs.fileno())],
                env=self._environ,
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._ours.close()
        self._process.wait()

    def can_run(self, environ: Mapping[str, str]) -> bool:
        """Whether a fork has the same environment as a new interpreter."""
        names = {name for name in {*environ, *self._environ} if name.startswith(AT_START)}
        return all(environ.get(name) == self._environ.get(name) for name in names)

    def run(
        self, arguments: Sequence[str], environ: Mapping[str, str], stdout: int, timeout_s: float
    ) -> subprocess.CompletedProcess[str]:
        """Run relaytop to its end; as `subprocess.run` does with stdout a pipe or a descriptor."""
        call = json.dumps([arguments, dict(environ), str(Path.cwd())]).encode()
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            to = out.fileno() if stdout == subprocess.PIPE else stdout
            socket.send_fds(self._ours, [call], [to, err.fileno()])
            pid = int(self._ours.recv(100))
            self._ours.settimeout(timeout_s)
            try:
                code = int(self._ours.recv(100))
            except TimeoutError:
                os.kill(pid, signal.SIGKILL)
                self._ours.settimeout(None)
                self._ours.recv(100)
                raise subprocess.TimeoutExpired(list(arguments), timeout_s) from None
            self._ours.settimeout(None)
            out.seek(0)
            err.seek(0)
            told = out.read().decode() if stdout == subprocess.PIPE else None
            complaint = err.read().decode()
        return subprocess.CompletedProcess(list(arguments), code, told, complaint)


def serve(calls: socket.socket) -> None:
    """Fork for each call; return in the fork, ready to run, and end where nobody calls any more."""
    for package in USED:
        for module in pkgutil.walk_packages([f"{relaytop.__path__[0]}/{package}"]):
            importlib.import_module(f"relaytop.{package}.{module.name}")
    gc.freeze()
    while True:
        call, descriptors, _flags, _address = socket.recv_fds(calls, MAX_BYTES, 2)
        if not call:
            sys.exit()
        pid = os.fork()
        if pid == 0:
            calls.close()
            _become(*json.loads(call), *descriptors)
            return
        for descriptor in descriptors:
            os.close(descriptor)
        calls.send(str(pid).encode())
        calls.send(str(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])).encode())


def _become(arguments: list[str], environ: dict[str, str], folder: str, out: int, err: int) -> None:
    os.dup2(out, 1)
    os.dup2(err, 2)
    os.close(out)
    os.close(err)
    os.environ.clear()
    os.environ.update(environ)
    time.tzset()
    os.chdir(folder)
    sys.argv = ["-c", *arguments]


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
    main()
