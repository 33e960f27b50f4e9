"""What a real Prometheus keeps of agents with 50 targets, for docs/scale.md.

Time is compressed: scrapes come each second and hold the probes of 15. By hand, since it takes
six minutes: `python -m tests.bench storage`.
"""

from __future__ import annotations

import json
import shutil
import time
from typing import TYPE_CHECKING

from relaytop.fleet.prometheus.queries import LATENCY, TTFT, Places, Queries
from tests.bench.scene import Figure
from tests.bench.scraped import scraped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.bench.scraped import Scraped

AGENTS, TARGETS = 2, 50
STEP_S = 15.0
BLOCK_S = 120
"""Scrapes of a block: as many as a chunk holds."""
SCRAPES_OF_A_BLOCK = 480
"""In Prometheus' own blocks of two hours."""


def run() -> Iterator[Figure]:
    if shutil.which("prometheus") is None:
        return
    block = f"{BLOCK_S}s"
    flags = [f"--storage.tsdb.{end}-block-duration={block}" for end in ("min", "max")]
    with scraped(AGENTS, TARGETS, 1.0, STEP_S, flags) as found:
        time.sleep(5)
        cpu_s, began = found.cpu_s, time.monotonic()
        while found.own("prometheus_tsdb_compactions_total") < 1:
            time.sleep(5)
            assert time.monotonic() - began < 600, "no block was written"
        seconds = time.monotonic() - began
        series = found.own("prometheus_tsdb_head_series")
        yield Figure("series of an agent with 50 targets", series / AGENTS, "")
        yield Figure("the same, per target", series / AGENTS / TARGETS, "")
        yield from _blocks(found)
        yield Figure("memory per series, RSS", 1e3 * found.rss_mb / series, "kB")
        rate = (found.cpu_s - cpu_s) / seconds / series
        yield Figure("CPU per million samples", 1e6 * rate, "s")
        yield from _queries(found)


def _blocks(found: Scraped) -> Iterator[Figure]:
    """Read what the written blocks hold."""
    samples = found.own("prometheus_tsdb_compaction_chunk_samples_sum")
    chunks = found.own("prometheus_tsdb_compaction_chunk_size_bytes_sum")
    yield Figure("bytes per sample, chunks", chunks / samples, "B")
    (meta, *_) = found.data.glob("*/meta.json")
    stats = json.loads(meta.read_text())["stats"]
    index = (meta.parent / "index").stat().st_size / stats["numSeries"]
    yield Figure("index bytes per series and block", index, "B")
    whole = chunks / samples + index / SCRAPES_OF_A_BLOCK
    yield Figure("bytes per sample with the index of a block of 2 h", whole, "B")


def _queries(found: Scraped) -> Iterator[Figure]:
    """Time the fleet's queries: ten minutes at 15 s are 40 scrapes."""
    queries = Queries((), Places("region"), 40.0)
    asked = {
        "up": queries.up(),
        "requests": queries.requests(),
        "P50, P95, P99 of the latency": queries.quantiles(LATENCY),
        "P50, P95, P99 of TTFT": queries.quantiles(TTFT),
    }
    for what, query in asked.items():
        cpu_s, began = found.cpu_s, time.perf_counter()
        rows = len(found.ask(query))
        wall_ms = 1000 * (time.perf_counter() - began)
        assert rows >= AGENTS * TARGETS
        yield Figure(f"query: {what}, {AGENTS * TARGETS} rows", wall_ms, "ms")
        yield Figure(f"query: {what}, CPU", 1000 * (found.cpu_s - cpu_s), "ms")
