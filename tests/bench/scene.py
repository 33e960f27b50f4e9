"""What the benches share: a server that knows its own times, a screen to draw beside, figures."""

from __future__ import annotations

import json
import os
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.bench.server import CERTIFICATE
from tests.support.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

RELAYTOP = (sys.executable, "-c", "from relaytop.cli.main import main; main()")


@dataclass(frozen=True)
class Figure:
    """One line of the table."""

    what: str
    value: float
    unit: str
    limit: float | None = None
    peer: str = ""
    peer_value: float | None = None

    def line(self) -> str:
        limit = "" if self.limit is None else f"≤ {self.limit:g}"
        within = "" if self.limit is None else "ok" if self.value <= self.limit else "MISSED"
        peer = "" if self.peer_value is None else f"{self.peer}: {self.peer_value:.4g}"
        ratio = f"{self.value / self.peer_value:.2f} ×" if self.peer_value else ""
        cells = (self.what, f"{self.value:.4g} {self.unit}", limit, within, peer, ratio)
        return "| " + " | ".join(cells) + " |"


HEADER = "| what | measured | limit | | peer in the same run | ratio |\n|---|---|---|---|---|---|"


def percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    rank = share * (len(ordered) - 1)
    low = int(rank)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (rank - low)


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


class Server:
    """A loopback server in a process of its own that logs how long it took itself.

    It answers after 50 ms; a streamed reply has its first of five tokens then.
    """

    def __init__(self, *flags: str) -> None:
        self.ca_file = str(CERTIFICATE) if "--tls" in flags else None
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.server", *flags],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout
        self.port = int(self._process.stdout.readline())

    @property
    def base_url(self) -> str:
        return f"{'https' if self.ca_file else 'http'}://127.0.0.1:{self.port}/v1"

    def log(self) -> dict[str, list[list[float]]]:
        """Take the log: model → [first token ms, last byte ms] per request, in order."""
        context = ssl.create_default_context(cafile=self.ca_file) if self.ca_file else None
        url = self.base_url.replace("/v1", "/log")
        with urllib.request.urlopen(url, context=context) as reply:
            found: dict[str, list[list[float]]] = json.load(reply)
        return found

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(5)
        assert self._process.stdout
        self._process.stdout.close()


@contextmanager
def server(
    *, tls: bool = False, spread: bool = False, realtime: bool = False, faulty: bool = False
) -> Iterator[Server]:
    wanted = {"--tls": tls, "--spread": spread, "--realtime": realtime, "--faulty": faulty}
    running = Server(*(flag for flag, is_wanted in wanted.items() if is_wanted))
    try:
        yield running
    finally:
        running.stop()


def config(base_url: str, targets: int, interval: str, folder: str, **extra: str) -> str:
    """Write a config of `targets` models and return its path."""
    models = ", ".join(f'"model-{i}"' for i in range(targets))
    lines = [
        f'interval = "{interval}"',
        "budget = 100000",
        *(f"{k} = {v}" for k, v in extra.items()),
    ]
    text = "\n".join(lines) + f'\n[providers.p]\nbase_url = "{base_url}"\nmodels = [{models}]\n'
    path = Path(folder) / f"bench-{targets}-{interval}.toml"
    path.write_text(text)
    return str(path)


def environment(folder: str, **more: str) -> dict[str, str]:
    return {
        **os.environ,
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "XDG_DATA_HOME": folder,
        "XDG_CONFIG_HOME": folder,
        "XDG_STATE_HOME": folder,
        **more,
    }


@contextmanager
def screen(
    *arguments: str, columns: int, rows: int, warm_s: float, **more: str
) -> Iterator[Terminal]:
    """Run relaytop in a terminal that is read, and give it time to settle."""
    with tempfile.TemporaryDirectory() as folder:
        terminal = Terminal(
            [*RELAYTOP, *arguments],
            columns=columns,
            rows=rows,
            environ=environment(folder, **more),
            emulate=False,
        )
        try:
            terminal.read(warm_s)
            yield terminal
        finally:
            if terminal.poll() is None:
                terminal.press("q")
                terminal.wait()
            terminal.close()


def cpu_s(terminal: Terminal) -> list[float]:
    """CPU seconds of each process of the tree, the screen first."""
    return [sum(process.cpu_times()[:2]) for process in terminal.tree()]


def pss_mb(terminal: Terminal) -> float:
    """Proportional set size of the whole tree, in MB."""
    return sum(process.memory_full_info().pss for process in terminal.tree()) / 1e6


def timed(command: Sequence[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return time.perf_counter() - began
