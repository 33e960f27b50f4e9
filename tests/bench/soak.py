"""A soak: 200,000 samples through the real screen and engine, in a terminal, under keys.

The server's replies spread, fail and hang now and then. What the snapshot at the end says is
compared with a plain sort of the recording of the same run, and its count with the server's own.
"""

from __future__ import annotations

import math
import tempfile
import time
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from relaytop.store.recording import Recording
from tests.bench.scene import Figure, config, percentile, screen, server

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from relaytop.probe.sample import Sample
    from tests.bench.scene import Server
    from tests.support.terminal import Terminal

SAMPLES = 200_000
TARGETS, INTERVAL_S = 48, 0.1
WINDOW_S, HISTORY = 60.0, 1000
"""Both are full after a quarter of the run, from where on the memory is to be flat."""
SETTINGS = {
    "timeout": '"1s"',
    "window": f'"{WINDOW_S:.0f}s"',
    "history": str(HISTORY),
    "probe.stream": "false",
}
FULL_SHARE = 0.25
MEMORY_TOLERANCE = 3.0
STEP_S = 5.0
"""Between two handfuls of keys."""
KEYS = (
    ("\r", "v", "v", "L", "v", "[", ",", "v", "\x1b"),
    ("e", "\x1b", "l", "\x1b", "?", "\x1b"),
    ("/", "m", "1", "\r", "G", "\x1b", "\x1b"),
    ("b", "W", "n", "o", "O", "W", "b", "b"),
    ("j", "B", "f", "f", "B", "c", "\x1b"),
)
MOST_S = 600.0
"""A machine that is slower ends with fewer samples."""
SETTLED_S = 3.0
"""Probes in flight are over, and read."""
EDGE_S = 0.5
"""Clocks are slewed, so the window's beginning lies in a pause that is longer."""


def run(samples: int = SAMPLES) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder, server(spread=True, faulty=True) as running:
        path = config(running.base_url, TARGETS, f"{INTERVAL_S * 1000:.0f}ms", folder, **SETTINGS)
        recording = Path(folder) / "rec"
        arguments = ("--config", path, "--record", str(recording))
        with screen(*arguments, columns=120, rows=40, warm_s=5) as terminal:
            memory, cpu_s, served = _soaked(terminal, running, samples)
            data = Path(terminal.tree()[0].environ()["XDG_DATA_HOME"])
            terminal.press("s")
            terminal.read(SETTLED_S)
            (snapshot,) = data.rglob("live-*.toml")
            document = tomllib.loads(snapshot.read_text())
        with Recording(recording) as written:
            by_target: dict[str, list[Sample]] = {}
            for one in written.samples():
                by_target.setdefault(one.target, []).append(one)
    recorded = sum(map(len, by_target.values()))
    yield Figure("soak: samples", recorded, "")
    yield Figure(
        "soak: probes that the server answered and the screen lost",
        max(0, served - recorded),
        "",
        0,
    )
    flat, peak = memory[0], max(memory)
    yield Figure("soak: memory with full rings (USS of screen and engine)", flat, "MB")
    yield Figure("soak: its growth from there on", (peak / flat - 1) * 100, "%", MEMORY_TOLERANCE)
    yield Figure(
        "soak: CPU of the screen for a sample, keys and pictures too", cpu_s / recorded * 1e6, "µs"
    )
    pairs = [(table, by_target[table["target"]]) for table in document["targets"]]
    at = document["taken_at"].timestamp()
    yield Figure(
        "soak: samples in the wrong place of a window",
        sum(_misplaced(t, s, at) for t, s in pairs),
        "",
        0,
    )
    yield Figure(
        "soak: P50, P95, P99 beside a plain sort",
        max(_wrong_ms(t, s) for t, s in pairs),
        "ms",
        0.001,
    )


def _soaked(terminal: Terminal, running: Server, samples: int) -> tuple[list[float], float, int]:
    """Press keys until so many samples were answered, then pause, a window's length apart, twice.

    Returns:
        The memory in MB at each step once the rings are full, the screen's CPU seconds, and how
        many requests the server has had.
    """
    deadline, served, memory, step = time.monotonic() + MOST_S, 0, [], 0
    while served < samples and time.monotonic() < deadline:
        for key in KEYS[step % len(KEYS)]:
            terminal.press(key)
            terminal.read(STEP_S / 10)
        step += 1
        served += _served(running)
        if served >= FULL_SHARE * samples:
            memory.append(_uss_mb(terminal))
    _pause(terminal)
    terminal.press("p")
    terminal.read(WINDOW_S - 1.4 * SETTLED_S)
    _pause(terminal)
    used = terminal.tree()[0].cpu_times()
    return memory, used.user + used.system, served + _served(running)


def _pause(terminal: Terminal) -> None:
    terminal.press("p")
    terminal.read(SETTLED_S)


def _served(running: Server) -> int:
    """Return how many requests came since the last call."""
    return sum(map(len, running.log().values()))


def _uss_mb(terminal: Terminal) -> float:
    """Memory of the whole tree that no other process has a part in."""
    return sum(process.memory_full_info().uss for process in terminal.tree()) / 1e6


def _misplaced(table: dict[str, Any], samples: Iterable[Sample], at: float) -> int:
    """By how many the requests of a window differ from those that ended within it."""
    ended = [one.ended_at for one in samples if not one.unmeasured]
    least, most = (sum(at - WINDOW_S + edge < end for end in ended) for edge in (EDGE_S, -EDGE_S))
    found: int = table["requests"]
    return max(0, least - found, found - most)


def _wrong_ms(table: dict[str, Any], samples: Sequence[Sample]) -> float:
    """Largest difference of a percentile from the one of a plain sort, timeouts last."""
    measured = [one for one in samples if not one.unmeasured]
    newest = sorted(measured, key=lambda one: one.ended_at)[-table["requests"] :]
    latencies: dict[str, Any] = table["latency_ms"]
    good = [one.latency_ms for one in newest if one.ok and one.latency_ms is not None]
    timeouts = [math.inf for one in newest if one.failure and one.failure.error_class == "timeout"]
    wrong = 0.0 if latencies["n"] == len(good) else math.inf
    for name, share in (("p50", 0.50), ("p95", 0.95), ("p99", 0.99)):
        if len(timeouts) > (1 - share) * len(good + timeouts):
            wrong = max(wrong, math.inf if name in latencies else 0.0)
        else:
            wrong = max(wrong, abs(latencies[name] - percentile([*good, *timeouts], share)))
    return wrong
