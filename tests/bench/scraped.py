"""A real Prometheus over generated agents, as processes."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from tests.relays.processes import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

JOB = """
- job_name: agent-{number}
  metrics_path: /{number}/metrics
  static_configs:
  - targets: ["{agents}"]
    labels: {{region: place-{number:02}, instance: box-{number:02}}}
"""


class Scraped:
    """Prometheus' address and process, and the agents' address."""

    def __init__(self, url: str, agents: str, pid: int, data: Path) -> None:
        self.url = url
        self.agents = agents
        self.data = data
        self._process = psutil.Process(pid)

    def ask(self, query: str) -> list[dict[str, Any]]:
        """Return the series of an instant query's answer."""
        text = urllib.parse.urlencode({"query": query})
        with urllib.request.urlopen(f"{self.url}/api/v1/query?{text}", timeout=60) as reply:
            found: list[dict[str, Any]] = json.load(reply)["data"]["result"]
        return found

    def own(self, name: str) -> float:
        """Return a metric of Prometheus' own, summed over its labels."""
        with urllib.request.urlopen(f"{self.url}/metrics", timeout=10) as reply:
            lines = reply.read().decode().splitlines()
        return sum(
            float(line.rsplit(" ", 1)[1])
            for line in lines
            if line.startswith((f"{name} ", f"{name}{{"))
        )

    def agent(self, path: str) -> Any:
        """Return what the generated agents answer, decoded."""
        with urllib.request.urlopen(f"http://{self.agents}/{path}", timeout=60) as reply:
            text = reply.read()
        return json.loads(text) if text else None

    @property
    def rss_mb(self) -> float:
        rss: int = self._process.memory_info().rss
        return rss / 1e6

    @property
    def cpu_s(self) -> float:
        return float(sum(self._process.cpu_times()[:2]))


@contextmanager
def scraped(
    places: int, targets: int, interval_s: float, step_s: float, flags: Sequence[str] = ()
) -> Iterator[Scraped]:
    """Run them until the block ends.

    Args:
        places: Number of agents, each in a region of its own.
        targets: Targets of each agent.
        interval_s: Seconds between scrapes.
        step_s: Seconds of probes that lie between two scrapes, as the agents make believe.
        flags: More of Prometheus' flags.
    """
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "tests.bench.agents"]
        numbers = [str(places), str(targets), str(step_s)]
        agents = subprocess.Popen([*command, *numbers], stdout=subprocess.PIPE, text=True)
        assert agents.stdout is not None
        address = f"127.0.0.1:{int(agents.stdout.readline())}"
        config = Path(folder) / "prometheus.yml"
        jobs = "".join(JOB.format(number=number, agents=address) for number in range(places))
        config.write_text(
            f"global: {{scrape_interval: {interval_s:g}s, scrape_timeout: {interval_s:g}s}}\n"
            f"scrape_configs:{jobs}"
        )
        url = f"http://127.0.0.1:{free_port()}"
        data = Path(folder) / "data"
        prometheus = subprocess.Popen(
            [
                "prometheus",
                f"--config.file={config}",
                f"--storage.tsdb.path={data}",
                f"--web.listen-address={url.removeprefix('http://')}",
                *flags,
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _wait(f"{url}/-/ready")
            yield Scraped(url, address, prometheus.pid, data)
        finally:
            for process in (prometheus, agents):
                process.terminate()
                process.wait(30)
            agents.stdout.close()


def _wait(url: str) -> None:
    for _ in range(300):
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    message = "Prometheus does not answer"
    raise RuntimeError(message)
