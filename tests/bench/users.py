"""Users' requests beside the probes: what reading them costs, and how sure a difference is."""

from __future__ import annotations

import dataclasses
import json
import math
import random
import time
from bisect import bisect_left
from itertools import accumulate
from typing import TYPE_CHECKING

from relaytop.export.counters import BUCKETS_S
from relaytop.fleet.prometheus.answers import read_vector
from relaytop.fleet.traffic.catalogue import load_exporters
from relaytop.fleet.traffic.difference import difference
from relaytop.fleet.traffic.histogram import Histogram
from relaytop.fleet.traffic.matching import Matcher
from relaytop.fleet.traffic.queries import FIGURE_LABEL
from relaytop.fleet.traffic.readings import read
from relaytop.fleet.traffic.summaries import traffic_of
from relaytop.monitor.traffic import Traffic
from tests.bench.scene import Figure, percentile
from tests.support.fleets import row_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from relaytop.monitor.summary import Distribution

PLACES, MODELS = 20, 50
REFRESH_S = 15.0
WINDOW_S = 600.0
LITELLM_S = (
    *(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0),
    *(60.0, 120.0, 300.0, 420.0, 600.0),
)
PROBES = 120
RUNS = 2000
SIGMA = 0.4


def run(runs: int = RUNS) -> Iterator[Figure]:
    yield from _reading()
    for users in (100, 2000):
        for factor, what, limit in (
            (1.0, "told of equal times", 1.0),
            (1.5, "told of times 1.5 times as long", None),
            (3.0, "told of times 3 times as long", None),
        ):
            rng = random.Random(f"{users} {factor}")
            told = sum(_differs(rng, users, factor) for _ in range(runs))
            yield Figure(f"{PROBES} probes, {users} users: {what}", 100 * told / runs, "%", limit)


def _reading() -> Iterator[Figure]:
    """Yield the CPU of a refresh in which every row of a fleet has users behind LiteLLM."""
    body, rows = _answer()
    exporters = load_exporters({})
    by_name = {exporter.name: exporter for exporter in exporters}
    matcher = Matcher(rows, {})
    taken = []
    for _ in range(5):
        began = time.process_time()
        readings = read(read_vector(body), by_name, matcher, "region", WINDOW_S)
        assert len(traffic_of(rows, readings, exporters, WINDOW_S)) == len(rows)
        taken.append(time.process_time() - began)
    used = percentile(taken, 0.5)
    yield Figure(f"users of {len(rows)} rows: an answer of", len(body) / 1e6, "MB")
    yield Figure(f"users of {len(rows)} rows: CPU of a refresh", used * 1000, "ms")
    share = 100 * used / REFRESH_S
    yield Figure(f"users of {len(rows)} rows: share of a core", share, "%", 5.0)


def _answer() -> tuple[bytes, Sequence[str]]:
    result = []
    for place in range(PLACES):
        for model in range(MODELS):
            labels = {
                "requested_model": f"model-{model}",
                "model_group": f"model-{model}",
                "model": f"upstream-{model}",
                "region": f"place-{place}",
            }
            for figure in ("latency", "ttft"):
                for number, le in enumerate([*map(str, LITELLM_S), "+Inf"]):
                    told = {**labels, "le": le, FIGURE_LABEL: f"litellm/{figure}"}
                    result.append({"metric": told, "value": [0, str(min(number, 12) / 100)]})
            for figure in ("successes", "failures", "tokens", "cost"):
                told = {**labels, FIGURE_LABEL: f"litellm/{figure}"}
                result.append({"metric": told, "value": [0, "0.2"]})
    data = {"resultType": "vector", "result": result}
    rows = [f"relay/model-{m} @ place-{p}" for p in range(PLACES) for m in range(MODELS)]
    return json.dumps({"status": "success", "data": data}).encode(), rows


def _differs(rng: random.Random, users: int, factor: float) -> bool:
    """Return whether a difference is told of users whose times are `factor` times the probes'."""
    median = math.exp(rng.uniform(-2.0, 2.0))
    probes = _times(rng, median, PROBES, BUCKETS_S)
    theirs = _times(rng, median * factor, users, LITELLM_S)
    row = dataclasses.replace(row_of("relay/m @ eu"), latency=probes, ttft=type(probes)())
    return difference(row, Traffic(exporter="litellm", latency=theirs)) is not None


def _times(rng: random.Random, median: float, n: int, ends: Sequence[float]) -> Distribution:
    counts = [0] * (len(ends) + 1)
    for _ in range(n):
        counts[bisect_left(ends, rng.lognormvariate(math.log(median), SIGMA))] += 1
    histogram = Histogram()
    for le, count in zip([*map(str, ends), "+Inf"], accumulate(counts), strict=True):
        histogram.add("", le, count)
    return histogram.distribution(1000.0)
