"""How far a latency is from the truth while the machine is busy with something else.

The server goes before everything else, so that its own times are true; relaytop, the bare socket
and `hey` compete with busy loops for the CPUs, as they would on an ops box in an incident.
"""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.bench.scene import Figure, Server, server
from tests.bench.truth import bare, hey, measured

if TYPE_CHECKING:
    from collections.abc import Iterator

LOOPS = (0, 4, 8)
TARGETS, INTERVAL_S = 4, 0.4
"""Ten probes a second."""


@contextmanager
def busy(loops: int) -> Iterator[None]:
    """Keep that many processes busy."""
    command = [sys.executable, "-c", "while True: pass"]
    running = [subprocess.Popen(command) for _ in range(loops)]
    try:
        yield
    finally:
        for process in running:
            process.kill()
            process.wait()


def run() -> Iterator[Figure]:
    with server(realtime=True) as plain, server(tls=True, realtime=True) as secure:
        for loops in LOOPS:
            with busy(loops):
                yield from figures(loops, plain, secure)


def figures(loops: int, plain: Server, secure: Server) -> Iterator[Figure]:
    name = f"busy: {loops} loops"
    socket_p50, socket_p99 = bare(plain)
    beside = hey(plain)
    if beside is not None:
        yield Figure(f"{name}, hey, p99", beside[1], "ms")
    p50, p99 = measured(plain, TARGETS, INTERVAL_S, stream=False)
    p50_limit = socket_p50 if loops == 0 else 0.5
    p99_limit = 0.5 if loops < max(LOOPS) else min(0.5, socket_p99 / 20)
    yield Figure(f"{name}, not streamed, p50", p50, "ms", p50_limit, "bare socket", socket_p50)
    yield Figure(f"{name}, not streamed, p99", p99, "ms", p99_limit, "bare socket", socket_p99)
    _p50, p99 = measured(plain, TARGETS, INTERVAL_S, stream=True, which=0)
    yield Figure(f"{name}, streamed TTFT, p99", p99, "ms", 1.0)
    _p50, p99 = measured(secure, TARGETS, INTERVAL_S, stream=False)
    yield Figure(f"{name}, TLS, not streamed, p99", p99, "ms", 1.0)
