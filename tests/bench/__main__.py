"""`python -m tests.bench [NAME …]`: run the benches and print a table.

The names are the modules of this folder: truth, traffic, start, keys, parsing, baseline, stall,
openloop, diff, memory, busy, status.
All of them take about fifteen minutes; they contact loopback alone.
"""

from __future__ import annotations

import importlib
import sys

from tests.bench.scene import HEADER

NAMES = (
    "start",
    "traffic",
    "keys",
    "parsing",
    "baseline",
    "memory",
    "stall",
    "openloop",
    "diff",
    "truth",
    "busy",
    "status",
)


def main() -> None:
    chosen = sys.argv[1:] or NAMES
    unknown = [name for name in chosen if name not in NAMES]
    if unknown:
        sys.exit(f"no such bench: {', '.join(unknown)}; there are {', '.join(NAMES)}")
    print(HEADER)
    for name in chosen:
        for figure in importlib.import_module(f"tests.bench.{name}").run():
            print(figure.line(), flush=True)


if __name__ == "__main__":
    main()
