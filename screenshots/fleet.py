"""A fleet on this host: in each of three places an agent with a relay, and users; a Prometheus."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from typing import TYPE_CHECKING, NamedTuple

from users import Users

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

PLACES = ("eu-west", "us-east", "ap-south")
WAITING = {"eu-west": 0, "us-east": 14, "ap-south": 0}
"""Place → requests of users in its model server's queue."""
CALM_S = 137.0
"""The second of the demo's script after which nothing happens for two minutes."""
SEED = 7
START_S = 20.0
"""How long each of them may take to start."""
CONFIG = """
interval = "2s"
timeout = "10s"
window = "2m"
budget = 20.0
[thresholds]
p95 = "1500ms"
"""
PROVIDER = """
[providers.{name}]
base_url = "http://127.0.0.1:{port}/v1"
models = {models}
"""
PROGRAM = "from relaytop.cli.main import main; main()"
SCRAPE = """
global: {scrape_interval: 2s, scrape_timeout: 2s}
scrape_configs:
  - job_name: relaytop
    static_configs:
"""


class Fleet(NamedTuple):
    """The servers that run."""

    prometheus: str
    """Its URL."""
    config: Path
    """The agents' thresholds, for the screen."""
    cut: Callable[[], None]
    """Ends the relay of the last place: nothing answers there."""


@contextlib.contextmanager
def running_fleet(folder: Path) -> Iterator[Fleet]:
    """Run the servers until the block ends, in an empty folder."""
    with contextlib.ExitStack() as stack:
        prometheus = _free_port()
        relays = [_relay(stack) for _place in PLACES]
        agents = [
            _agent(stack, folder / place, ports)
            for place, (_process, ports) in zip(PLACES, relays, strict=True)
        ]
        scraped = [(place, agent) for place, agent in zip(PLACES, agents, strict=True)]
        for place, waiting in WAITING.items():
            port = _free_port()
            stack.enter_context(Users(port, waiting))
            scraped.append((place, port))
        _prometheus(stack, folder, prometheus, scraped)
        yield Fleet(
            f"http://127.0.0.1:{prometheus}", folder / PLACES[0] / "config.toml", relays[-1][0].kill
        )


def _relay(stack: contextlib.ExitStack) -> tuple[subprocess.Popen[str], dict[str, int]]:
    command = [sys.executable, "-m", "relaytop.demo", "--seed", str(SEED), "--at", str(CALM_S)]
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)  # noqa: S603 - ours
    stack.callback(_end, process)
    line = process.stdout.readline() if process.stdout is not None else ""
    return process, json.loads(line)["ports"]


def _agent(stack: contextlib.ExitStack, home: Path, ports: dict[str, int]) -> int:
    """Start an agent; return the port of its metrics."""
    from relaytop.demo.scenario import PROVIDERS  # noqa: PLC0415 - the pictures' names need no demo

    home.mkdir()
    parts = [CONFIG]
    for provider in PROVIDERS:
        models = json.dumps([model.id for model in provider.models if model.probed])
        port = ports[provider.name]
        parts.append(PROVIDER.format(name=provider.name, port=port, models=models))
    (home / "config.toml").write_text("".join(parts), encoding="utf-8")
    port = _free_port()
    command = [sys.executable, "-c", PROGRAM, "agent", "--listen", f"127.0.0.1:{port}"]
    command += ["--config", str(home / "config.toml")]
    environ = {"HOME": str(home), "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
    _start(stack, command, environ, home, f"http://127.0.0.1:{port}/metrics")
    return port


def _prometheus(
    stack: contextlib.ExitStack, folder: Path, port: int, scraped: Iterable[tuple[str, int]]
) -> None:
    """Start a Prometheus that scrapes these (place, port)."""
    targets = [
        f"      - {{targets: ['127.0.0.1:{at}'], labels: {{region: {place}}}}}\n"
        for place, at in scraped
    ]
    (folder / "prometheus.yml").write_text(SCRAPE + "".join(targets), encoding="utf-8")
    command = ["prometheus", f"--config.file={folder / 'prometheus.yml'}"]
    command += [f"--storage.tsdb.path={folder / 'data'}", f"--web.listen-address=127.0.0.1:{port}"]
    _start(stack, command, dict(os.environ), folder, f"http://127.0.0.1:{port}/-/ready")


def _start(
    stack: contextlib.ExitStack, command: list[str], environ: dict[str, str], home: Path, url: str
) -> None:
    """Start a server and wait until it answers; what it prints goes to a file."""
    output = stack.enter_context((home / "output.txt").open("wb"))
    process = subprocess.Popen(  # noqa: S603 - ours
        command, env=environ, stdout=output, stderr=output, stdin=subprocess.DEVNULL
    )
    stack.callback(_end, process)
    until = time.monotonic() + START_S
    while time.monotonic() < until:
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=2):  # noqa: S310
            return
        time.sleep(0.1)
    message = f"{command[0]} does not answer: {(home / 'output.txt').read_text()[-2000:]}"
    raise RuntimeError(message)


def _end(process: subprocess.Popen[str] | subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
