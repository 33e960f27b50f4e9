"""`relaytop agent` as systemd runs it: a process, its lines on stderr, its metrics."""

from __future__ import annotations

import json
import os
import subprocess
import time
import tomllib
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import psutil

from tests.export.scraping import Scraped
from tests.support.launch import RELAYTOP

if TYPE_CHECKING:
    import signal
    from collections.abc import Callable, Mapping

WAIT_S = 60.0
STEP_S = 0.05


def until(seen: Callable[[], object], why: Callable[[], str] = str) -> None:
    """Wait until `seen` is true; where it never is, fail with the words of `why`."""
    deadline = time.monotonic() + WAIT_S
    while not seen():
        assert time.monotonic() < deadline, why()
        time.sleep(STEP_S)


class Agent:
    """Runs an agent on a free port; use it as a context manager.

    Args:
        environ: Its environment, with a home of the test's own.
        arguments: Beside `--listen`.
        prefix: A command that runs it, such as nohup.
    """

    def __init__(
        self,
        environ: Mapping[str, str],
        *arguments: str,
        prefix: tuple[str, ...] = (),
    ) -> None:
        self._environ = environ
        self._log = Path(environ["HOME"]) / "events.jsonl"
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [*prefix, *RELAYTOP, "agent", "--listen", "127.0.0.1:0", *arguments],
                env=dict(environ),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def events(self) -> list[dict[str, Any]]:
        """Every whole line that it has told."""
        *lines, _rest = self._log.read_text().split("\n")
        try:
            return [json.loads(line) for line in lines]
        except ValueError:
            message = f"it told something else than events:\n{self.log_text()}"
            raise AssertionError(message) from None

    def log_text(self) -> str:
        return self._log.read_text()

    def until(self, seen: Callable[[], object]) -> None:
        """Wait until `seen` is true; it must not end before."""

        def seen_alive() -> object:
            assert self.process.poll() is None, self.log_text()
            return seen()

        until(seen_alive, self.log_text)

    def wait_for_event(self, text: str, count: int = 1) -> None:
        """Wait until so many events hold a text."""
        self.until(lambda: sum(text in event["text"] for event in self.events()) >= count)

    @property
    def url(self) -> str:
        """The URL at which it listens, without a path; waits until it says so."""
        self.wait_for_event("metrics at http://")
        text: str = self.events()[0]["text"]
        return text.removeprefix("metrics at ").removesuffix("/metrics")

    def scrape(self) -> Scraped:
        with urllib.request.urlopen(f"{self.url}/metrics", timeout=10) as reply:
            return Scraped(reply.read().decode())

    def health(self) -> int:
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=10) as reply:
                status: int = reply.status
                return status
        except urllib.error.HTTPError as error:
            error.close()
            return error.code

    def probes(self, **labels: str) -> float:
        """The number of good probes."""
        return sum(self.scrape().of("ai_api_requests_total", status="success", **labels))

    def engine(self) -> psutil.Process:
        (child,) = psutil.Process(self.process.pid).children()
        return child

    def send(self, number: signal.Signals) -> None:
        os.kill(self.process.pid, number)

    def end(self, number: signal.Signals) -> int:
        """Send it a signal and return its exit code."""
        self.send(number)
        return self.process.wait(60)

    def sockets(self) -> list[Path]:
        """The sockets at which this machine's readers find it."""
        return sorted(Path(self._environ["XDG_RUNTIME_DIR"]).rglob("*.sock"))

    def snapshots(self) -> list[dict[str, Any]]:
        """The snapshots that it has saved, oldest first."""
        folder = Path(self._environ["XDG_DATA_HOME"])
        return [tomllib.loads(path.read_text()) for path in sorted(folder.rglob("live-*.toml"))]
