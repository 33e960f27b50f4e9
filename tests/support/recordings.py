"""Recordings for tests: written by the recorder itself, or line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.protocol.codec import encode
from relaytop.protocol.messages import Budget, Finished, Pulse
from relaytop.store.recorder import Recorder
from relaytop.store.recording_header import header_lines
from tests.support.samples import T0, sample, settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from relaytop.config.settings import Settings
    from relaytop.protocol.messages import Report


def record(path: Path, *reports: Report, watched: Settings | None = None) -> Path:
    """Record reports as the monitor does; return the file."""
    recorder = Recorder(path)
    recorder.write_header(watched or settings())
    recorder.consume(reports)
    recorder.close()
    return path


def write(path: Path, *lines: bytes, watched: Settings | None = None) -> Path:
    """Write a header and lines as they are; return the file."""
    path.write_bytes(header_lines(watched or settings(), "ops-1") + b"".join(lines))
    return path


def lines_of(reports: Iterable[Report]) -> list[bytes]:
    return [encode(report) for report in reports]


def good(at: float, target: str = "relay/m", latency_ms: float = 100.0) -> Finished:
    """A probe that ended well `at` seconds after `T0`."""
    return Finished(sample(at, latency_ms, target=target, tokens=(5, 3), cost_usd=0.001))


def bad(at: float, target: str = "relay/m", error: str = "server_error") -> Finished:
    return Finished(sample(at, target=target, error=error))


def pulse(at: float) -> Pulse:
    return Pulse(T0 + at, 1)


def minutes(count: int, targets: Sequence[str] = ("relay/m",)) -> list[Report]:
    """So many minutes of a probe every five seconds and a pulse every second."""
    found: list[Report] = [Budget(0.0, 1.0, "ok")]
    for second in range(60 * count):
        if second % 5 == 0:
            found += [good(float(second), name, 100.0 + second % 7) for name in targets]
        found.append(pulse(float(second) + 0.5))
    return found


class Wall:
    """A clock that stands where it is put, in seconds."""

    def __init__(self) -> None:
        self.now = 5.0

    def __call__(self) -> float:
        return self.now
