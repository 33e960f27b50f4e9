"""From a key press to the changed screen, while 60 probes a second run and the chart redraws."""

from __future__ import annotations

import select
import tempfile
import time
from typing import TYPE_CHECKING

from tests.bench.scene import Figure, config, median, percentile, screen, server

if TYPE_CHECKING:
    from collections.abc import Iterator

PRESSES = 100


def run() -> Iterator[Figure]:
    waits = []
    with tempfile.TemporaryDirectory() as folder, server() as running:
        path = config(running.base_url, 30, "500ms", folder)
        with screen("--config", path, columns=120, rows=40, warm_s=8) as terminal:
            for index in range(PRESSES):
                # Let a redraw by the clock pass, so that the next bytes are the key's.
                while terminal.read(0.08):
                    pass
                terminal.press("j" if index % 2 else "k" if index else "j")
                began = time.perf_counter()
                select.select([terminal.fd], [], [], 1.0)
                waits.append((time.perf_counter() - began) * 1000)
    yield Figure("keys: press to bytes, p50", median(waits), "ms")
    yield Figure("keys: press to bytes, p95", percentile(waits, 0.95), "ms", 20)
