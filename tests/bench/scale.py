"""500 targets every 10 s: keys that filter, sort and scroll, memory, the listing of a picture.

The keys and the memory are those of the real app, with its engine, in a terminal.
"""

from __future__ import annotations

import os
import select
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from relaytop.protocol.messages import Finished
from relaytop.tui.rows.labels import make_labels
from relaytop.tui.rows.listing import STILL_S, RowListing
from relaytop.tui.rows.query import RowQuery
from relaytop.tui.rows.summaries import Summaries
from tests.bench.scene import Figure, median, percentile, pss_mb, screen, server
from tests.support.fake_engine import FakeClock, session_of
from tests.support.samples import T0, sample

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from relaytop.watch.session import Session
    from tests.support.terminal import Terminal

PROVIDERS = tuple(f"relay-{n}" for n in range(5))
MODELS = tuple(f"vendor-{n % 7}/model-{n}-2025" for n in range(100))
TARGETS = tuple(f"{provider}/{model}" for provider in PROVIDERS for model in MODELS)
SAMPLES = 60
"""Of each target: the window of ten minutes."""
PICTURES = 50
KEYS = {
    "filter": ("/", *"vendor-3 !7", "\x7f", "\x7f", "\x7f", "\x15", "\r"),
    "sort": ("o", "O", "o", "W", "b", "o", "O", "b", "W", "b"),
    "scroll": ("j", "j", "k", "G", "k", "g", "j", "n", "N", "g"),
}
ROUNDS = 4
KEY_MS = 100
MEMORY_MB = 150
FILLED, HOUR = 50, 400
"""Of how many targets the windows are filled, with the samples of somewhat more than an hour."""


def _config(base_url: str, folder: str) -> str:
    """Write a config of all targets and return its path."""
    models = ", ".join(f'"{model}"' for model in MODELS)
    parts = [f'[providers.{p}]\nbase_url = "{base_url}"\nmodels = [{models}]' for p in PROVIDERS]
    path = Path(folder) / "scale.toml"
    path.write_text("\n".join(['interval = "10s"', "budget = 100000", *parts]))
    return str(path)


def _session(folder: str) -> Session:
    """Return a session whose windows are full, and in which some targets fail."""
    session = session_of(Path(folder), *TARGETS)
    for step in range(SAMPLES):
        for number, target in enumerate(TARGETS):
            error = "timeout" if number % 9 == 0 and step % 3 == 0 else None
            made = sample(step * 10.0, 200.0 + number, target=target, error=error)
            session.monitor.apply(Finished(made), T0 + step * 10)
    clock = session.clock
    assert isinstance(clock, FakeClock)
    clock.now = T0 + SAMPLES * 10
    return session


def _listing_ms(session: Session, *, again: bool) -> float:
    """Time one listing, groups summarised; `again`: the order is taken anew."""
    listing, source = RowListing(), session.monitor
    thresholds = session.thresholds
    waits = []
    for picture in range(PICTURES):
        began = time.perf_counter()
        summaries = Summaries(source, session.clock(), thresholds)
        listing.update(
            source.targets(),
            {},
            RowQuery(),
            summaries,
            all_fit=False,
            still=False,
            at=picture * STILL_S if again else 0.0,
            folded=(),
            cursor=None,
        )
        listing.rows(())
        for group in listing.groups:
            summaries.of_group(group)
        waits.append((time.perf_counter() - began) * 1000)
    return median(waits)


def _filling_mb(session: Session) -> float:
    """What an hour of samples adds for all targets beside the rings, which are whole at once."""
    process = psutil.Process(os.getpid())
    before = process.memory_full_info().uss
    for step in range(SAMPLES, HOUR):
        for target in TARGETS[:FILLED]:
            made = sample(step * 10.0, 100.0 + step % 97, target=target, tokens=(9, 16))
            session.monitor.apply(Finished(made), T0 + step * 10.0)
    return float(process.memory_full_info().uss - before) / 1e6 * len(TARGETS) / FILLED


def _waits_ms(terminal: Terminal, keys: Sequence[str]) -> list[float]:
    """Time each key until bytes arrive."""
    waits = []
    for key in keys:
        # Let a redraw by the clock pass, so that the next bytes are the key's.
        while terminal.read(0.08):
            pass
        terminal.press(key)
        began = time.perf_counter()
        select.select([terminal.fd], [], [], 2.0)
        waits.append((time.perf_counter() - began) * 1000)
    return waits


def run() -> Iterator[Figure]:
    waits: dict[str, list[float]] = {name: [] for name in KEYS}
    with tempfile.TemporaryDirectory() as folder, server() as running:
        path = _config(running.base_url, folder)
        with screen("--config", path, columns=120, rows=40, warm_s=25) as terminal:
            used = terminal.tree()[0].cpu_times()
            for _round in range(ROUNDS):
                for name, keys in KEYS.items():
                    waits[name] += _waits_ms(terminal, keys)
            memory = pss_mb(terminal)
            end = terminal.tree()[0].cpu_times()
    pressed = sum(map(len, waits.values()))
    cpu_ms = (end.user + end.system - used.user - used.system) * 1000 / pressed
    for name, found in waits.items():
        yield Figure(f"scale: 500 targets, {name}, key to drawn, p50", median(found), "ms")
        p95 = percentile(found, 0.95)
        yield Figure(f"scale: 500 targets, {name}, key to drawn, p95", p95, "ms", KEY_MS)
    yield Figure("scale: CPU of the screen for a key, its share of the ticks with it", cpu_ms, "ms")
    with tempfile.TemporaryDirectory() as folder:
        session = _session(folder)
        filling = _filling_mb(session)
        yield Figure("scale: tree, 500 targets × 3,600 (PSS)", memory + filling, "MB", MEMORY_MB)
        yield Figure("scale: listing 500, p50", _listing_ms(session, again=False), "ms", 5)
        yield Figure("scale: ordering 500 anew, p50", _listing_ms(session, again=True), "ms", 10)
        make_labels.cache_clear()
        groups = tuple(RowQuery().groups(TARGETS, {}))
        began = time.perf_counter()
        make_labels(TARGETS, groups)
        yield Figure("scale: names of 500, once", (time.perf_counter() - began) * 1000, "ms", 100)
