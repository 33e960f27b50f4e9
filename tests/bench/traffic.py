"""Bytes to the terminal and CPU of a scene that stands for a usual day, then of a frozen one.

Twelve targets at one probe a second, 120×40, the chart in sight; btop and htop draw in terminals
of the same size beside it.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from typing import TYPE_CHECKING

from tests.bench.scene import Figure, config, cpu_s, environment, pss_mb, screen, server
from tests.support.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

WARM_S = 20.0
STEADY_S = 40.0
FROZEN_S = 40.0
TARGETS = 12


def peer(name: str) -> float | None:
    """Bytes per second of another program in the same kind of terminal; None without it."""
    if shutil.which(name) is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        terminal = Terminal(
            [name],
            columns=120,
            rows=40,
            environ=environment(folder, HOME=folder, LC_ALL="C.UTF-8", PATH=os.environ["PATH"]),
            emulate=False,
        )
        try:
            terminal.read(5)
            return terminal.read(20) / 20
        finally:
            terminal.press("q")
            terminal.read(0.5)
            terminal.close()
            terminal.__exit__()


def run() -> Iterator[Figure]:
    peers = {name: peer(name) for name in ("btop", "htop")}
    with tempfile.TemporaryDirectory() as folder, server() as running:
        path = config(running.base_url, TARGETS, "1s", folder)
        with screen("--config", path, columns=120, rows=40, warm_s=WARM_S) as terminal:
            before = cpu_s(terminal)
            rate = terminal.read(STEADY_S) / STEADY_S
            after = cpu_s(terminal)
            used = [(b - a) / STEADY_S * 100 for a, b in zip(before, after, strict=True)]
            memory = pss_mb(terminal)
            terminal.press("f")
            terminal.read(2)
            before = cpu_s(terminal)
            frozen = terminal.read(FROZEN_S) / FROZEN_S
            idle = (cpu_s(terminal)[0] - before[0]) / FROZEN_S * 100
        with screen(
            *("--slow-link", "--config", path), columns=120, rows=40, warm_s=WARM_S
        ) as terminal:
            before = cpu_s(terminal)
            slow = terminal.read(STEADY_S) / STEADY_S
            used_slow = (cpu_s(terminal)[0] - before[0]) / STEADY_S * 100
    for name, value in peers.items():
        if value:
            yield Figure(f"bytes: steady, beside {name}", rate, "B/s", 250, name, value)
    yield Figure("bytes: steady", rate, "B/s", 250)
    yield Figure("bytes: --slow-link", slow, "B/s", 120)
    yield Figure("bytes: frozen", frozen, "B/s", 0)
    yield Figure("CPU: screen", used[0], "% of a core", 1.5)
    yield Figure("CPU: screen, --slow-link", used_slow, "% of a core", 1.0)
    yield Figure("CPU: engine per probe/s, streamed", used[1] / TARGETS, "% of a core", 0.40)
    yield Figure("CPU: frozen screen", idle, "% of a core", 0.3)
    yield Figure("memory: tree with 12 targets (PSS)", memory, "MB", 75)
