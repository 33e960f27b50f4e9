"""A target that stalls, seen by an agent and by a client that sends regardless of replies.

The server answers after 50 ms; for 10 s of every 30 s it answers nothing until the stall is over.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import tempfile
import threading
import time
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

from tests.bench.scene import RELAYTOP, Figure, environment, percentile

if TYPE_CHECKING:
    from collections.abc import Iterator

EVERY_S, STALL_S, SERVICE_S = 30.0, 10.0, 0.05
RUN_S, INTERVAL_S = 120.0, 0.5
BODY = json.dumps({"model": "m", "messages": [{"role": "user", "content": "ping"}]}).encode()
ANSWER = b'{"choices":[{"message":{"content":"pong"},"finish_reason":"stop"}]}'


class StallingServer(threading.Thread):
    """Stalls in the first seconds of each span after `began_s`; ends with its process."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.port = 0
        self.began_s = time.monotonic() - STALL_S
        self._ready = threading.Event()
        self.start()
        self._ready.wait(5)

    def run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._talk, "127.0.0.1", 0, backlog=512)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await server.serve_forever()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = next(
                    int(line.split(b":")[1])
                    for line in head.lower().split(b"\r\n")
                    if line.startswith(b"content-length")
                )
                await reader.readexactly(length)
                phase_s = (time.monotonic() - self.began_s) % EVERY_S
                await asyncio.sleep(SERVICE_S + max(0.0, STALL_S - phase_s))
                writer.write(
                    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                    b"Content-Length: %d\r\n\r\n%s" % (len(ANSWER), ANSWER)
                )
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


async def _request(port: int) -> float:
    """Send a request on a connection of its own; return its milliseconds."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    began_s = time.monotonic()
    head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: {len(BODY)}\r\n\r\n"
    writer.write(head.encode() + BODY)
    await reader.readuntil(b"\r\n\r\n")
    await reader.readexactly(len(ANSWER))
    writer.close()
    return (time.monotonic() - began_s) * 1000


async def _send_regardless(port: int) -> list[float]:
    began_s, tasks = time.monotonic(), []
    for index in range(int(RUN_S / INTERVAL_S)):
        await asyncio.sleep(began_s + index * INTERVAL_S - time.monotonic())
        tasks.append(asyncio.ensure_future(_request(port)))
    return await asyncio.gather(*tasks)


def run() -> Iterator[Figure]:
    server = StallingServer()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "config.toml"
        path.write_text(
            f'interval = "{INTERVAL_S * 1000:.0f}ms"\nwindow = "{RUN_S:.0f}s"\nbudget = 100\n'
            "[probe]\nstream = false\n"
            f'[providers.p]\nbase_url = "http://127.0.0.1:{server.port}/v1"\nmodels = ["m"]\n'
        )
        agent = subprocess.Popen(
            [*RELAYTOP, "agent", "--config", str(path), "--listen", "127.0.0.1:0"],
            env=environment(folder, XDG_RUNTIME_DIR=folder),
            stderr=subprocess.DEVNULL,
        )
        everyone = asyncio.run(_send_regardless(server.port))
        os.kill(agent.pid, signal.SIGTERM)
        agent.wait(10)
        (saved,) = Path(folder).rglob("live-*.toml")
        found = tomllib.loads(saved.read_text())["targets"][0]
    latency = found["latency_ms"]
    for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99)):
        true = percentile(everyone, share)
        bounds = latency.get("skip_bounds", {}).get(name, {})
        what = f"open loop: {name}, 500 ms cadence, a stall of 10 s every 30 s"
        peer = "a client that sends regardless"
        for end in ("low", "high"):
            value = bounds.get(end, latency[name])
            yield Figure(f"{what}, {end}", value, "ms", None, peer, true)
    yield Figure("open loop: probes skipped of 240 due", found["skipped"], "")
