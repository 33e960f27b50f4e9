"""The parent's side of the demo's relay: it starts the process, reads its ports and stops it."""

from __future__ import annotations

import json
import os
import selectors
import time
from typing import TYPE_CHECKING

from relaytop.config.child_processes import start_module, stop_process
from relaytop.config.errors import RelaytopError

if TYPE_CHECKING:
    import subprocess

START_S = 10.0
"""How long the relay may take to listen; it takes a tenth of a second."""
STOP_S = 1.0
"""How long to wait after each signal before the next, stronger one."""
READ_BYTES = 4096


class DemoRelay:
    """The relay's process.

    Args:
        process: The process, with pipes at its stdin and stdout.
    """

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._ports: dict[str, int] | None = None

    @classmethod
    def spawn(cls, seed: int, *, at_s: float = 0.0) -> DemoRelay:
        """Start the relay and return at once; it listens a moment later.

        Args:
            seed: The same seed plays the same incident.
            at_s: The second of the script to begin at.

        Raises:
            RelaytopError: The process cannot be started.
        """
        try:
            process = start_module(
                "relaytop.demo", ["--seed", str(seed), "--at", str(at_s)], os.environ
            )
        except OSError as problem:
            message = f"cannot start the demo's relay: {problem}"
            raise RelaytopError(message) from problem
        return cls(process)

    @property
    def pid(self) -> int:
        """The relay's process id."""
        return self._process.pid

    def ports(self, timeout_s: float = START_S) -> dict[str, int]:
        """Return provider → port, as soon as the relay listens.

        Args:
            timeout_s: How long to wait for it.

        Raises:
            RelaytopError: It ended or printed nothing in time; it has been stopped.
        """
        if self._ports is None:
            try:
                self._ports = self._read_ports(timeout_s)
            except RelaytopError:
                self.stop()
                raise
        return self._ports

    def _read_ports(self, timeout_s: float) -> dict[str, int]:
        try:
            document = json.loads(self._line(timeout_s))
        except ValueError:
            document = {}
        if "ports" not in document:
            error = document.get("error", "no output")
            message = f"the demo's relay did not start: {error}"
            raise RelaytopError(message)
        return {str(name): int(port) for name, port in document["ports"].items()}

    def _line(self, timeout_s: float) -> bytes:
        """Return the first line of its stdout, or what there is of it at the deadline."""
        pipe = self._process.stdout
        if pipe is None or pipe.closed:
            return b""
        deadline = time.monotonic() + timeout_s
        found = b""
        with selectors.DefaultSelector() as ready:
            ready.register(pipe, selectors.EVENT_READ)
            while not found.endswith(b"\n"):
                if not ready.select(max(0.0, deadline - time.monotonic())):
                    break
                data = os.read(pipe.fileno(), READ_BYTES)
                if not data:
                    break
                found += data
        return found

    def stop(self) -> None:
        """End the relay; returns within 3 s, whatever it does. May be called twice."""
        stop_process(self._process, STOP_S)
