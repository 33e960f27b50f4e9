"""A terminal that is not read for 40 s while the screen draws ten times a second."""

from __future__ import annotations

import tempfile
import time
from typing import TYPE_CHECKING

from tests.bench.scene import RELAYTOP, Figure, config, environment, server
from tests.support.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

STALL_S = 40.0
TARGETS = 8
INTERVAL_S = 0.5


def run() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder, server() as running:
        path = config(running.base_url, TARGETS, "500ms", folder)
        terminal = Terminal(
            [*RELAYTOP, "--config", path],
            columns=160,
            rows=45,
            environ=environment(folder, RELAYTOP_REDRAW="0.1", TZ="UTC"),
        )
        try:
            terminal.read(6)
            running.log()
            began = time.time()
            time.sleep(STALL_S)
            probes = sum(len(entries) for entries in running.log().values())
            stalled_s = time.time() - began
            before = terminal.received
            back = time.perf_counter()
            terminal.wait_for(lambda text: time.strftime("%H:%M:%S", time.gmtime()) in text)
            right_s = time.perf_counter() - back
            terminal.read(max(0.0, 0.2 - right_s))
            burst = terminal.received - before
            terminal.press("q")
            terminal.wait()
        finally:
            terminal.close()
            terminal.__exit__()
    wanted = stalled_s / INTERVAL_S * TARGETS
    yield Figure("stall: probes lost", max(0.0, wanted - probes - TARGETS), "", 0)
    yield Figure("stall: bytes on return", burst / 1000, "KB", 30)
    yield Figure("stall: until the screen is right", right_s, "s", 0.2)
