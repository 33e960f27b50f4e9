"""From the first bad probe to the bell, in a real terminal, beside the status' own time.

The status' own time is computed from the recording of the same run: from the end of the first bad
probe to the moment at which some target leaves `up`. The rest is what the alert adds.
"""

from __future__ import annotations

import re
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from relaytop.monitor.monitor import Monitor
from relaytop.protocol.messages import Finished
from relaytop.store.recording import Recording, moment_of
from tests.bench.scene import Figure, config, percentile, screen
from tests.support.server import ScriptedServer, chat_reply, error_reply

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.server import Response, Seen
    from tests.support.terminal import Terminal

RUNS = 3
TARGETS = 8
GOOD_S = 15.0
"""Seconds of good probes before."""
MOST_S = 60.0
LIMIT_S = 1.0
INCIDENTS = ("401", "500", "slow")
SLOW_S = 1.5
SETTINGS = {"probe.stream": "false", "thresholds.p95": '"1s"'}
_STRING = re.compile(rb"\x1b[\]P].*?(?:\x07|\x1b\\)", re.DOTALL)


class Relay:
    """Answers after 50 ms until its incident begins."""

    def __init__(self) -> None:
        self.incident: str | None = None

    def __call__(self, _seen: Seen) -> Response:
        if self.incident in {"401", "500"}:
            return error_reply(int(self.incident), "no")
        reply = chat_reply()
        reply.delay_s = SLOW_S if self.incident else 0.05
        return reply


def run(runs: int = RUNS) -> Iterator[Figure]:
    for incident in INCIDENTS:
        found = [one for _ in range(runs) if (one := _measured(incident)) is not None]
        if not found:
            continue
        own = percentile([own_s for own_s, _bell_s in found], 0.5)
        added = max(bell_s - own_s for own_s, bell_s in found)
        what = f"alert: {incident}, {TARGETS} targets at 1 s"
        yield Figure(f"{what}: first bad probe to status, median", own, "s")
        yield Figure(f"{what}: status to bell, at most", added, "s", LIMIT_S)


def _measured(incident: str) -> tuple[float, float] | None:
    """Return seconds from the first bad probe to the status, and to the bell.

    None where the machine is so busy that an alert fires before.
    """
    relay = Relay()
    with tempfile.TemporaryDirectory() as folder, ScriptedServer(relay) as server:
        path = config(server.base_url, TARGETS, "1s", folder, **SETTINGS)
        recording = Path(folder) / "rec"
        arguments = ("--config", path, "--record", str(recording))
        with screen(*arguments, columns=120, rows=40, warm_s=GOOD_S) as terminal:
            if _rings(terminal):
                return None
            relay.incident = incident
            began_at = time.time()
            rang_at = _rang_at(terminal)
        first_bad, status_at = _status_at(recording, began_at)
    return status_at - first_bad, rang_at - first_bad


def _rang_at(terminal: Terminal) -> float:
    """Read until the bell rings; return the moment, Unix seconds."""
    deadline = time.monotonic() + MOST_S
    while time.monotonic() < deadline:
        terminal.raw.clear()
        terminal.read(0.01)
        if _rings(terminal):
            return time.time()
    message = "it did not ring"
    raise AssertionError(message)


def _rings(terminal: Terminal) -> bool:
    """Return whether there is a BEL in what came last; one that ends a string is none."""
    return b"\x07" in _STRING.sub(b"", bytes(terminal.raw))


def _status_at(path: Path, began_at: float) -> tuple[float, float]:
    """Return when the first bad probe ended and when the first status left `up`, Unix seconds."""
    with Recording(path) as recording:
        monitor = Monitor(recording.settings, recording.began_at)
        first_bad = 0.0
        at = recording.began_at
        for report in recording.reports():
            at = max(at, moment_of(report) or at)
            monitor.apply(report, at)
            if not first_bad and isinstance(report, Finished):
                sample = report.sample
                slow = (sample.latency_ms or 0.0) >= SLOW_S * 1000
                if sample.ended_at >= began_at and (sample.failure is not None or slow):
                    first_bad = sample.ended_at
            for name in monitor.targets():
                monitor.summary(name, at)
            if first_bad and {"degraded", "down"} & monitor.statuses():
                return first_bad, at
    message = "no status has changed"
    raise AssertionError(message)
