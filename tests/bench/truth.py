"""How far a latency is from the truth: what relaytop says minus what the server took itself.

A screen draws beside it at 160×45, five times a second. The samples are those of an engine
process like the screen's own, on the same box, read by this bench instead of by the screen.
"""

from __future__ import annotations

import asyncio
import csv
import http.client
import io
import os
import shutil
import subprocess
import tempfile
import threading
import time
from typing import TYPE_CHECKING

from relaytop.config.settings import Provider, Settings, Target
from relaytop.engine.child import EngineChild
from relaytop.protocol.messages import Finished
from tests.bench.scene import Figure, Server, config, median, percentile, screen, server

if TYPE_CHECKING:
    from collections.abc import Iterator

SECONDS = 30.0


async def probed(
    running: Server, targets: int, interval_s: float, seconds: float, *, stream: bool
) -> dict[str, list[tuple[float, float]]]:
    """Return model → (TTFT, latency) in ms of each probe, in order."""
    provider = Provider(name="p", base_url=running.base_url, ca_file=running.ca_file)
    watched = Settings(
        providers=(provider,),
        targets=tuple(
            Target(provider="p", model=f"t{i}", interval_s=interval_s, stream=stream)
            for i in range(targets)
        ),
        budget_usd=1e6,
    )
    child = EngineChild.spawn(os.environ, ledger=None)
    found: dict[str, list[tuple[float, float]]] = {}
    try:
        child.start(watched)
        deadline = time.monotonic() + seconds
        async for batch in child.reports():
            for report in batch:
                if isinstance(report, Finished) and report.sample.ok:
                    sample = report.sample
                    pair = (sample.ttft_ms or 0.0, sample.latency_ms or 0.0)
                    found.setdefault(sample.target.partition("/")[2], []).append(pair)
            if time.monotonic() > deadline:
                break
    finally:
        child.stop()
    return found


def errors(
    found: dict[str, list[tuple[float, float]]], log: dict[str, list[list[float]]], which: int
) -> list[list[float]]:
    """Return, per target, what relaytop said minus the server's own time, in ms."""
    return [
        [said[which] - own[which] for said, own in zip(pairs, log[model], strict=False)]
        for model, pairs in found.items()
    ]


def measured(
    running: Server, targets: int, interval_s: float, *, stream: bool, which: int = 1
) -> tuple[float, float]:
    """Return (p50, p99) of the error in ms; p99 is the median over the targets."""
    running.log()
    seconds = max(SECONDS, 8 * interval_s)
    found = asyncio.run(probed(running, targets, interval_s, seconds, stream=stream))
    return summed(errors(found, running.log(), which))


def summed(per_target: list[list[float]]) -> tuple[float, float]:
    every = [error for one in per_target for error in one]
    few = min(map(len, per_target)) < 20
    p99 = percentile(every, 0.99) if few else median([percentile(e, 0.99) for e in per_target])
    return percentile(every, 0.5), p99


def bare(running: Server) -> tuple[float, float]:
    """A blocking client that does nothing else: the least error that this box allows."""
    running.log()
    connection = http.client.HTTPConnection("127.0.0.1", running.port)
    connection.connect()
    sock = connection.sock
    body = b'{"model": "bare", "messages": []}'
    request = b"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s" % (
        len(body),
        body,
    )
    said: list[tuple[float, float]] = []
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        sock.sendall(request)
        began = time.perf_counter()
        sock.recv(65536)
        said.append((0.0, (time.perf_counter() - began) * 1000))
        time.sleep(1 / 16 - 0.05)
    connection.close()
    return summed(errors({"bare": said}, running.log(), 1))


def hey(running: Server) -> tuple[float, float] | None:
    """Debian's hey at the same pace; its time less its connect less the server's own median."""
    if shutil.which("hey") is None:
        return None
    running.log()
    done = subprocess.run(
        [
            *("hey", "-z", f"{SECONDS:.0f}s", "-c", "8", "-q", "2", "-o", "csv", "-m", "POST"),
            *("-T", "application/json", "-d", '{"model": "hey", "messages": []}'),
            f"{running.base_url}/chat/completions",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    own = median([entry[1] for entry in running.log()["hey"]])
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    said = [(float(r["response-time"]) - float(r["DNS+dialup"])) * 1000 - own for r in rows]
    return percentile(said, 0.5), percentile(said, 0.99)


def run() -> Iterator[Figure]:
    with (
        tempfile.TemporaryDirectory() as folder,
        server() as running,
        server(tls=True) as secure,
        server() as other,
    ):
        path = config(other.base_url, 8, "2s", folder)
        with screen(
            "--config", path, columns=160, rows=45, warm_s=4, RELAYTOP_REDRAW="0.2"
        ) as terminal:
            reading = threading.Event()

            def read() -> None:
                while not reading.is_set():
                    terminal.read(0.2)

            thread = threading.Thread(target=read)
            thread.start()
            try:
                yield from figures(running)
                yield from over_tls(secure)
            finally:
                reading.set()
                thread.join()


def figures(running: Server) -> Iterator[Figure]:
    socket_p50, socket_p99 = bare(running)
    beside = hey(running)
    p50, p99 = measured(running, 8, 0.5, stream=False)
    yield Figure("truth: not streamed, p50", p50, "ms", 1.2 * socket_p50, "bare socket", socket_p50)
    yield Figure("truth: not streamed, p99", p99, "ms", 1.5, "bare socket", socket_p99)
    if beside is not None:
        yield Figure("truth: not streamed, p99 beside hey", p99, "ms", beside[1], "hey", beside[1])
    for name, which in (("TTFT", 0), ("latency", 1)):
        p50, p99 = measured(running, 8, 0.5, stream=True, which=which)
        yield Figure(f"truth: streamed {name}, p50", p50, "ms", 0.7)
        yield Figure(f"truth: streamed {name}, p99", p99, "ms", 1.5)
    _p50, p99 = measured(running, 30, 0.5, stream=True)
    yield Figure("truth: 60 probes/s, p99", p99, "ms", 3.0)
    _p50, p99 = measured(running, 300, 5.0, stream=True)
    yield Figure("truth: 300 targets every 5 s, p99", p99, "ms", 3.0)


def over_tls(running: Server) -> Iterator[Figure]:
    """The same over TLS; decryption is a part of what a client waits for."""
    p50, p99 = measured(running, 8, 0.5, stream=False)
    yield Figure("truth: TLS, not streamed, p50", p50, "ms", 0.7)
    yield Figure("truth: TLS, not streamed, p99", p99, "ms", 1.5)
    p50, p99 = measured(running, 8, 0.5, stream=True, which=0)
    yield Figure("truth: TLS, streamed TTFT, p50", p50, "ms", 0.7)
    yield Figure("truth: TLS, streamed TTFT, p99", p99, "ms", 1.5)
