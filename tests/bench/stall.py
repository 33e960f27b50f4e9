"""A terminal that is not read for 40 s while the screen draws ten times a second."""

from __future__ import annotations

import os
import signal
import socket
import tempfile
import threading
import time
import tomllib
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

from tests.bench.scene import RELAYTOP, Figure, config, environment, server
from tests.support.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

STALL_S = 40.0
TARGETS = 8
INTERVAL_S = 0.5
KNOCK_S = 0.05


class Knocks:
    """Asks the screen's own event loop for `/healthz` all the time; keeps the longest wait."""

    def __init__(self, address: str) -> None:
        self.longest_ms = 0.0
        self._url = f"http://{address}/healthz"
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._knock)
        self._thread.start()

    def _knock(self) -> None:
        while not self._stop.wait(KNOCK_S):
            began = time.perf_counter()
            with urllib.request.urlopen(self._url, timeout=60) as reply:
                reply.read()
            self.longest_ms = max(self.longest_ms, (time.perf_counter() - began) * 1000)

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()


def free_address() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"


def slowest_ms(folder: str) -> dict[str, float]:
    """Model → the slowest latency in the snapshot that the end left."""
    (path,) = Path(folder).rglob("live-*.toml")
    document = tomllib.loads(path.read_text())
    return {target["model"]: target["latency_ms"]["max"] for target in document["targets"]}


def run() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder, server() as running:
        path, address = config(running.base_url, TARGETS, "500ms", folder), free_address()
        terminal = Terminal(
            [*RELAYTOP, "--config", path, "--prometheus", address],
            columns=160,
            rows=45,
            environ=environment(folder, RELAYTOP_REDRAW="0.1", TZ="UTC"),
        )
        try:
            terminal.read(6)
            early = running.log()
            began, knocks = time.time(), Knocks(address)
            time.sleep(STALL_S)
            late = running.log()
            stalled_s = time.time() - began
            knocks.stop()
            before = terminal.received
            back = time.perf_counter()
            terminal.wait_for(lambda text: time.strftime("%H:%M:%S", time.gmtime()) in text)
            right_s = time.perf_counter() - back
            terminal.read(max(0.0, 0.2 - right_s))
            burst = terminal.received - before
            os.kill(terminal.pid, signal.SIGTERM)
            terminal.wait()
            said = slowest_ms(folder)
        finally:
            terminal.close()
            terminal.__exit__()
        last = running.log()
    own = {
        model: max(entry[1] for log in (early, late, last) for entry in log.get(model, []))
        for model in said
    }
    probes = sum(len(entries) for entries in late.values())
    wanted = stalled_s / INTERVAL_S * TARGETS
    yield Figure("stall: probes lost", max(0.0, wanted - probes - TARGETS), "", 0)
    wrong = max(said[model] - own[model] for model in said)
    yield Figure("stall: the slowest probe's error", wrong, "ms", 30)
    yield Figure("stall: the longest that the UI loop was blocked", knocks.longest_ms, "ms", 250)
    yield Figure("stall: bytes on return", burst / 1000, "KB", 30)
    yield Figure("stall: until the screen is right", right_s, "s", 0.2)
