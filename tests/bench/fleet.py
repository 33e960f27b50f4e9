"""The screen over a fleet: 20 places with 50 targets each, of a real Prometheus.

The agents are generated, their exporters are the real ones; the screen runs in a pseudo-terminal.
What it shows is held against what the agents were given. Skipped where Prometheus is not installed.
"""

from __future__ import annotations

import random
import select
import shutil
import tempfile
import time
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.bench.query_log import query_log
from tests.bench.scene import RELAYTOP, Figure, cpu_s, environment, median, percentile, pss_mb
from tests.bench.scraped import scraped
from tests.support.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.bench.query_log import QueryLog
    from tests.bench.scraped import Scraped

PLACES, TARGETS = 20, 50
INTERVAL_S = 15.0
WARM_S = 80.0
WATCH_S = 60.0
PRESSES = 100
QUIET_S = 40.0
"""After it both Prometheus and the screen know what the agents were given last."""


def run() -> Iterator[Figure]:
    if shutil.which("prometheus") is None:
        return
    with (
        scraped(PLACES, TARGETS, INTERVAL_S, INTERVAL_S) as found,
        query_log(found.url) as log,
        tempfile.TemporaryDirectory() as folder,
    ):
        time.sleep(WARM_S)
        terminal = Terminal(
            [*RELAYTOP, "fleet", "--prometheus", log.url, "--fresh-state"],
            columns=120,
            rows=36,
            environ=environment(folder),
        )
        try:
            yield from _first_picture(terminal, log)
            yield from _watched(terminal, log)
            yield from _keys(terminal)
            yield Figure("fleet, 1,000 rows: memory, PSS", pss_mb(terminal), "MB", 150)
            found.agent("stop")
            terminal.read(QUIET_S)
            terminal.press("s")
            terminal.read(3)
            yield from _exactness(found, Path(folder))
        finally:
            if terminal.poll() is None:
                terminal.press("q")
                terminal.wait()
            terminal.close()


def _first_picture(terminal: Terminal, log: QueryLog) -> Iterator[Figure]:
    terminal.wait_for(lambda text: "place-0" in text and "reading" not in text.lower(), 60)
    seen = time.monotonic()
    first = min(asked.answered_at for asked in log.asked)
    last = max(asked.answered_at for asked in log.asked if asked.answered_at <= seen)
    yield Figure("fleet, 1,000 rows: first answer to picture", seen - first, "s", 1.5)
    yield Figure("the same, less Prometheus' time: last answer to picture", seen - last, "s", 1.5)


def _watched(terminal: Terminal, log: QueryLog) -> Iterator[Figure]:
    terminal.read(10)
    before, received = cpu_s(terminal), terminal.received
    terminal.read(WATCH_S)
    used = sum(cpu_s(terminal)) - sum(before)
    yield Figure("fleet, 1,000 rows: screen CPU", 100 * used / WATCH_S, "% of a core", 5)
    yield Figure("fleet, 1,000 rows: bytes", (terminal.received - received) / WATCH_S, "B/s")
    refreshes = log.refreshes()[1:]
    counts = [len(refresh) for refresh in refreshes]
    yield Figure("fleet: queries of a refresh, most", max(counts), "", 15)
    took = [max(a.answered_at for a in refresh) - refresh[0].at for refresh in refreshes]
    yield Figure("fleet: Prometheus' answers to a refresh, median", median(took), "s")
    size = [sum(asked.bytes for asked in refresh) / 1e6 for refresh in refreshes]
    yield Figure("fleet: answers of a refresh, median", median(size), "MB")


def _keys(terminal: Terminal) -> Iterator[Figure]:
    waits, draw = [], random.Random(7)
    for index in range(PRESSES):
        # At any moment, so that some fall into a refresh; bytes of a clock's redraw are read first.
        terminal.read(draw.uniform(0.1, 0.6))
        terminal.press("j" if index % 10 < 5 else "k")
        began = time.perf_counter()
        select.select([terminal.fd], [], [], 2.0)
        waits.append((time.perf_counter() - began) * 1000)
    yield Figure("fleet, 1,000 rows: press to bytes, p50", median(waits), "ms")
    yield Figure("fleet, 1,000 rows: press to bytes, p95", percentile(waits, 0.95), "ms", 100)


def _exactness(found: Scraped, folder: Path) -> Iterator[Figure]:
    (file,) = folder.glob("relaytop/snapshots/*.toml")
    rows: list[dict[str, Any]] = tomllib.loads(file.read_text())["targets"]
    exact = found.agent("exact")
    wrong_counts = wrong_percentiles = 0
    errors = []
    for row in rows:
        number = int(row["place"].removeprefix("place-"))
        given = exact[number][f"{row['provider']}/{row['model']}"]
        failed = row["requests"] - row["ok"]
        wrong_counts += (row["requests"], failed) != (given["requests"], given["errors"])
        p95_ms = 1000 * given["p95_s"]
        ends = row["latency_ms"]["bucket_bounds"]["p95"]
        wrong_percentiles += not ends["low"] <= p95_ms <= ends["high"]
        errors.append(100 * abs(row["latency_ms"]["p95"] / p95_ms - 1))
    yield Figure(
        "fleet: rows in the snapshot that are missing", PLACES * TARGETS - len(rows), "", 0
    )
    yield Figure("fleet: rows whose counts are not the agents'", wrong_counts, "", 0)
    yield Figure("fleet: rows whose exact P95 is outside the bucket", wrong_percentiles, "", 0)
    yield Figure("fleet: error of the P95, median", median(errors), "%")
