"""From exec to the first drawn table, and to the first P50 of the demo."""

from __future__ import annotations

import compileall
import re
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import relaytop
from tests.bench.scene import RELAYTOP, Figure, config, environment, median, server, timed
from tests.support.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

ROUNDS = 10


def drawn(*arguments: str) -> float:
    """Seconds from exec until the table's header has reached the terminal."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        terminal = Terminal(
            [*RELAYTOP, *arguments],
            columns=120,
            rows=40,
            environ=environment(folder),
            emulate=False,
        )
        while b"P95" not in terminal.raw:
            terminal.read(0.001)
        took = time.perf_counter() - began
        terminal.press("q")
        terminal.wait()
        terminal.close()
    return took


def shown(*arguments: str, until: str) -> float:
    """Seconds from exec until the screen holds what matches `until`."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        terminal = Terminal(
            [*RELAYTOP, *arguments], columns=120, rows=40, environ=environment(folder)
        )
        terminal.wait_for(lambda text: re.search(until, text) is not None)
        took = time.perf_counter() - began
        terminal.press("q")
        terminal.wait()
        terminal.close()
    return took


def run() -> Iterator[Figure]:
    # As pip leaves an installed package; an editable one may lack its bytecode.
    compileall.compile_dir(Path(relaytop.__file__).parent, quiet=1)
    python = [sys.executable, "-c"]
    with tempfile.TemporaryDirectory() as folder, server() as running:
        path = config(running.base_url, 12, "5s", folder)
        paints, imports, versions, nothing = [], [], [], []
        for _ in range(ROUNDS):
            paints.append(drawn("--config", path))
            imports.append(timed([*python, "import textual.app"]))
            versions.append(timed([*RELAYTOP, "--version"]))
            nothing.append(timed([*python, "pass"]))
    textual, bare = median(imports) * 1000, median(nothing) * 1000
    yield Figure(
        "first paint, config", median(paints) * 1000, "ms", 1.4 * textual, "import textual", textual
    )
    yield Figure("--version", median(versions) * 1000, "ms", 8 * bare, "python -c pass", bare)
    first = median([shown("demo", until=r"●.*?gpt-4.1 +\d+ ") for _ in range(3)])
    yield Figure("demo to the first P50", first, "s", 2.0)
