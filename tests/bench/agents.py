"""Generated agents in one process: `python -m tests.bench.agents PLACES TARGETS STEP_S`.

Prints its port. `/N/metrics` is the real exporter of agent N, which has been given STEP_S seconds
of probes since the last scrape; `/stop` ends that, and `/exact` are the figures of what was given
by then.
"""

from __future__ import annotations

import dataclasses
import json
import math
import random
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock
from typing import TYPE_CHECKING, Any

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import generate_latest

from relaytop.export.metrics import Metrics
from relaytop.monitor.monitor import Monitor
from relaytop.protocol.messages import Finished
from relaytop.wire.facts import Limit, RateLimit, Served
from tests.support.samples import sample, settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relaytop.probe.sample import Sample

INTERVAL_S = 5.0
FAILING = 0.01
LIMITS = RateLimit(requests=Limit(60, 58, 1.0), tokens=Limit(100_000, 90_000, 1.0))


class Agent:
    """One agent's exporter, and all that it was given."""

    def __init__(self, number: int, targets: int, step_s: float) -> None:
        self._random = random.Random(number)
        self._step_s = step_s
        self._lock = Lock()
        self.names = [f"relay-{index % 5}/model-{index}" for index in range(targets)]
        watched = settings(*self.names)
        self._monitor = Monitor(watched, time.time())
        thresholds = {target.id: target.thresholds for target in watched.targets}
        self._metrics = Metrics(self._monitor, lambda: True, lambda: thresholds, tuple)
        self._registry = CollectorRegistry()
        self._registry.register(self._metrics)
        self.given: dict[str, list[float | None]] = {name: [] for name in self.names}
        """Target → latencies in seconds, None for a failure; without those of the first scrape."""
        self._first: Mapping[str, int] = {}

    def text(self, *, probe: bool) -> bytes:
        """Return `/metrics` after some more probes."""
        with self._lock:
            if probe:
                for index, name in enumerate(self.names):
                    self._probe(name, median_ms=200 + 60 * index)
            text: bytes = generate_latest(self._registry)
            if not self._first:
                self._first = {name: len(given) for name, given in self.given.items()}
            return text

    def _probe(self, name: str, median_ms: float) -> None:
        for _ in range(round(self._step_s / INTERVAL_S)):
            found = self._sample(name, median_ms)
            self.given[name].append(None if found.latency_ms is None else found.latency_ms / 1000)
            self._metrics.count([Finished(found)])
            self._monitor.apply(Finished(found), time.time())

    def _sample(self, name: str, median_ms: float) -> Sample:
        draw, now = self._random, time.time()
        if draw.random() < FAILING:
            return sample(now, target=name, error=draw.choice(["timeout", "server_error"]))
        latency_ms = median_ms * draw.lognormvariate(0, 0.4)
        found = sample(
            now,
            latency_ms,
            target=name,
            ttft_ms=latency_ms * draw.uniform(0.2, 0.6),
            tokens=(20, draw.randint(8, 16)),
            cost_usd=0.0001,
            rate_limit=LIMITS,
        )
        gap_ms, late_ms = draw.uniform(20, 200), draw.lognormvariate(-1, 1)
        return dataclasses.replace(found, gap_ms=gap_ms, late_ms=late_ms, served=Served("served"))

    def exact(self) -> dict[str, dict[str, float]]:
        """Return target → the counts of all, and the P95 of what followed the first scrape.

        That is the value of the nearest rank: a histogram's quantile lies in its bucket.
        """
        found = {}
        for name, given in self.given.items():
            values = [value for value in given[self._first.get(name, 0) :] if value is not None]
            found[name] = {
                "requests": float(len(given)),
                "errors": float(sum(value is None for value in given)),
                "p95_s": sorted(values)[math.ceil(0.95 * len(values)) - 1] if values else 0.0,
            }
        return found


class Handler(BaseHTTPRequestHandler):
    """Answers for all of them."""

    agents: tuple[Agent, ...] = ()
    probing = True

    def do_GET(self) -> None:
        first = self.path.strip("/").split("/", maxsplit=1)[0]
        if first == "stop":
            Handler.probing = False
            text = b""
        elif first == "exact":
            text = json.dumps([agent.exact() for agent in self.agents]).encode()
        else:
            text = self.agents[int(first)].text(probe=self.probing)
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def main() -> None:
    places, targets, step_s = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    Handler.agents = tuple(Agent(number, targets, step_s) for number in range(places))
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        print(server.server_address[1], flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
