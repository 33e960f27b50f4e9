"""500 targets: listing the rows of one picture, and from a key to the changed screen."""

from __future__ import annotations

import select
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from relaytop.protocol.messages import Finished
from relaytop.tui.rows.labels import make_labels
from relaytop.tui.rows.listing import STILL_S, RowListing
from relaytop.tui.rows.query import RowQuery
from relaytop.tui.rows.summaries import Summaries
from tests.bench.scene import Figure, config, median, percentile, screen, server
from tests.support.fake_engine import FakeClock, session_of
from tests.support.samples import T0, sample

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relaytop.watch.session import Session

TARGETS = tuple(f"relay-{n % 5}/vendor-{n % 7}/model-{n // 5}-2025" for n in range(500))
SAMPLES = 60
PICTURES = 100
KEYS = ("j", "G", "k", "o", "W", "O", "W", "g", "j", "/", "2", "\x7f", "\r")
"""Scroll, sort, filter."""


def _session(folder: str) -> Session:
    session = session_of(Path(folder), *TARGETS)
    for step in range(SAMPLES):
        for number, target in enumerate(TARGETS):
            error = "timeout" if number % 9 == 0 and step % 3 == 0 else None
            made = sample(step * 5.0, 200.0 + number, target=target, error=error)
            session.monitor.apply(Finished(made), T0 + step * 5)
    clock = session.clock
    assert isinstance(clock, FakeClock)
    clock.now = T0 + SAMPLES * 5
    return session


def _listing_ms(session: Session, *, again: bool) -> float:
    """Time one listing, groups summarised; `again`: the order is taken anew."""
    listing, source = RowListing(), session.monitor
    waits = []
    for picture in range(PICTURES):
        began = time.perf_counter()
        summaries = Summaries(source, session.clock(), session.thresholds)
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


def _key_waits_ms() -> list[float]:
    """Time each key until bytes arrive, beside an engine that probes all of them every 10 s."""
    waits = []
    with tempfile.TemporaryDirectory() as folder, server() as running:
        path = config(running.base_url, len(TARGETS), "10s", folder)
        with screen("--config", path, columns=120, rows=40, warm_s=15) as terminal:
            for key in KEYS * 6:
                # Let a redraw by the clock pass, so that the next bytes are the key's.
                while terminal.read(0.08):
                    pass
                terminal.press(key)
                began = time.perf_counter()
                select.select([terminal.fd], [], [], 1.0)
                waits.append((time.perf_counter() - began) * 1000)
    return waits


def run() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        session = _session(folder)
        yield Figure("rows: listing 500, p50", _listing_ms(session, again=False), "ms", 5)
        yield Figure("rows: ordering 500 anew, p50", _listing_ms(session, again=True), "ms", 10)
        make_labels.cache_clear()
        groups = tuple(RowQuery().groups(TARGETS, {}))
        began = time.perf_counter()
        make_labels(TARGETS, groups)
        yield Figure("rows: names of 500, once", (time.perf_counter() - began) * 1000, "ms", 100)
        waits = _key_waits_ms()
        yield Figure("rows: key to drawn, 500, p50", median(waits), "ms")
        yield Figure("rows: key to drawn, 500, p95", percentile(waits, 0.95), "ms", 100)
