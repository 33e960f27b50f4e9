"""A peer on an agent's socket that says what a test lets it say."""

from __future__ import annotations

import contextlib
import socket
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import relaytop
from relaytop.monitor.monitor import Monitor
from relaytop.protocol.codec import encode
from relaytop.protocol.messages import Budget, Finished, Pulse
from relaytop.watch.agent.protocol import Hello, HistoryEnd
from tests.support.samples import T0, TARGET, sample, settings

if TYPE_CHECKING:
    from collections.abc import Iterator

SETTINGS = settings(TARGET, "relay/n", history=200)
HELLO = encode(Hello(relaytop.__version__, 4242, 0.0))
END = encode(HistoryEnd())
NOW = T0 + 120


def history() -> list[bytes]:
    """What an agent of these settings says at first, a message each."""
    monitor = Monitor(SETTINGS, T0)
    for at in range(100):
        error = "timeout" if at % 9 == 0 else None
        monitor.apply(Finished(sample(at, 100.0 + at, error=error, ttft_ms=50.0)), T0 + at)
        monitor.apply(Finished(sample(at, 90.0, target="relay/n")), T0 + at)
    monitor.apply(Pulse(T0 + 100, 1, {"relay/n": T0 + 90}, {TARGET: 3}), T0 + 100)
    handovers = map(monitor.target_handover, monitor.targets())
    return [HELLO, encode(monitor.handover()), *map(encode, handovers), END, *news()]


def news() -> list[bytes]:
    """What it says from then on."""
    good = sample(101, 200.0, tokens=(5, 3), cost_usd=0.001)
    return [
        encode(Finished(good)),
        encode(Pulse(T0 + 101, 1, {}, {TARGET: 4})),
        encode(Budget(0.1, 1.0, "ok")),
    ]


class Peer:
    """Answers whoever connects with `words`, then hangs up, or waits where it is to hold on."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.words = b""
        self.holds = False
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(str(self.path))
        self._listening.listen()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            with connection, contextlib.suppress(OSError):
                connection.recv(1024)
                connection.sendall(self.words)
                while self.holds and connection.recv(1024):
                    pass

    def close(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join(5)


@contextlib.contextmanager
def peer() -> Iterator[Peer]:
    """A short path: a socket's name has 107 bytes at most."""
    with tempfile.TemporaryDirectory(prefix="rt") as folder:
        found = Peer(Path(folder) / "agent.sock")
        try:
            yield found
        finally:
            found.close()
