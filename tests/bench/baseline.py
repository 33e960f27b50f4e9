"""How far a baseline's figures are from those of the server's own log, percentile by percentile."""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tests.bench.scene import RELAYTOP, Figure, config, environment, percentile, server

if TYPE_CHECKING:
    from collections.abc import Iterator

COUNT = 100


def run() -> Iterator[Figure]:
    for stream in (False, True):
        with tempfile.TemporaryDirectory() as folder, server(spread=True) as running:
            path = config(running.base_url, 1, "5s", folder)
            with Path(path).open("a", encoding="utf-8") as file:
                file.write(f"\n[probe]\nstream = {str(stream).lower()}\n")
            done = subprocess.run(
                [*RELAYTOP, "--config", path, "baseline", "-n", str(COUNT), "--format", "json"],
                env=environment(folder),
                capture_output=True,
                check=True,
            )
            own = [entry[1] for entry in running.log()["model-0"]]
        said = json.loads(done.stdout)["targets"][0]["latency_ms"]
        kind = "streamed" if stream else "whole"
        for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99)):
            figure = abs(said[name] - percentile(own, share))
            yield Figure(f"baseline: {kind}, {name} beside the server's own log", figure, "ms", 1.0)
