"""Users' requests of one model at each place, as vLLM exports them: generated, with a queue."""

from __future__ import annotations

import random
import threading
from typing import TYPE_CHECKING, Self

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server

if TYPE_CHECKING:
    from types import TracebackType

MODEL = "deepseek-v3.2"
STEP_S = 0.2
REQUESTS = 3
"""In a step."""
BUCKETS_S = (0.1, 0.2, 0.3, 0.5, 0.8, 1.0, 1.5, 2.0, 2.5, 5.0, 10.0, 15.0, 20.0, 30.0)


class Users:
    """Serves the metrics of a model server until the block ends.

    Args:
        port: Where its metrics are.
        waiting: Requests in its queue: users wait for them.
    """

    def __init__(self, port: int, waiting: int) -> None:
        self._port, self._waiting = port, waiting
        self._ended = threading.Event()

    def __enter__(self) -> Self:
        """Begin to serve."""
        registry, label = CollectorRegistry(), ("model_name",)
        times = {
            name: Histogram(f"vllm:{name}_seconds", name, label, registry=registry, buckets=b)
            for name, b in (
                ("e2e_request_latency", BUCKETS_S),
                ("time_to_first_token", BUCKETS_S),
            )
        }
        gauges = {
            name: Gauge(f"vllm:{name}", name, label, registry=registry).labels(MODEL)
            for name in ("num_requests_waiting", "num_requests_running", "kv_cache_usage_perc")
        }
        served = Counter(
            "vllm:request_success", "served", (*label, "finished_reason"), registry=registry
        ).labels(MODEL, "stop")
        tokens = Counter("vllm:generation_tokens", "tokens", label, registry=registry).labels(MODEL)
        server, serving = start_http_server(self._port, "127.0.0.1", registry)
        self._close = (server.shutdown, server.server_close, serving.join)

        def generate() -> None:
            chance = random.Random(self._port)  # noqa: S311 - no secret
            while not self._ended.wait(STEP_S):
                for _request in range(REQUESTS):
                    first_s = 0.26 * chance.lognormvariate(0, 0.3) + 0.25 * self._waiting
                    times["time_to_first_token"].labels(MODEL).observe(first_s)
                    times["e2e_request_latency"].labels(MODEL).observe(
                        first_s + chance.uniform(0.1, 0.2)
                    )
                    tokens.inc(60)
                served.inc(REQUESTS)
                gauges["num_requests_waiting"].set(self._waiting)
                gauges["num_requests_running"].set(8)
                gauges["kv_cache_usage_perc"].set(0.93 if self._waiting else 0.41)

        threading.Thread(target=generate, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop serving."""
        self._ended.set()
        for close in self._close:
            close()
