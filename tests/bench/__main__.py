"""`python -m tests.bench [NAME …] [--runs N]`: run the benches and print a table.

The names are the modules of this folder: truth, traffic, start, keys, scale, alert, chart, soak,
parsing, baseline, stall, openloop, diff, memory, busy, status, shadow, buckets, users, fleet,
storage, replay. `--runs` is for those that simulate: more is finer. All of them take about forty
minutes; they contact loopback alone.
"""

from __future__ import annotations

import argparse
import importlib
import inspect
import sys

from tests.bench.scene import HEADER

NAMES = (
    "start",
    "traffic",
    "keys",
    "scale",
    "alert",
    "chart",
    "soak",
    "parsing",
    "baseline",
    "memory",
    "stall",
    "openloop",
    "diff",
    "truth",
    "busy",
    "status",
    "shadow",
    "buckets",
    "users",
    "fleet",
    "storage",
    "replay",
)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(NAMES))
    parser.add_argument("--runs", type=int, help="simulated runs of each kind")
    asked = parser.parse_args()
    chosen = asked.names or NAMES
    unknown = [name for name in chosen if name not in NAMES]
    if unknown:
        sys.exit(f"no such bench: {', '.join(unknown)}; there are {', '.join(NAMES)}")
    print(HEADER)
    for name in chosen:
        run = importlib.import_module(f"tests.bench.{name}").run
        simulates = asked.runs is not None and "runs" in inspect.signature(run).parameters
        for figure in run(runs=asked.runs) if simulates else run():
            print(figure.line(), flush=True)


if __name__ == "__main__":
    main()
