"""`relaytop incidents`: what was kept, what a recording holds, and every form of it."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from relaytop.alerts.incident_record import IncidentRecord
from relaytop.watch.incident_file import IncidentFile
from tests.support.recordings import bad, good, pulse, record
from tests.support.samples import T0, settings

if TYPE_CHECKING:
    from relaytop.protocol.messages import Report
    from tests.support.launch import Run

A, B, C, D = "alpha/a", "alpha/b", "alpha/c", "beta/d"


def minutes(first: int, last: int, *failing: str) -> list[Report]:
    """Minutes of a probe of each target every five seconds; some fail."""
    found: list[Report] = []
    for second in range(60 * first, 60 * last):
        if second % 5 == 0:
            for name in (A, B, C, D):
                at = float(second)
                found.append(bad(at, name, "connect") if name in failing else good(at, name))
        found.append(pulse(second + 0.5))
    return found


@pytest.fixture
def state(home: dict[str, str]) -> Path:
    return Path(home["HOME"]) / ".local" / "state" / "relaytop" / "incidents.jsonl"


def test_without_any_it_says_so(run: Run, tmp_path: Path) -> None:
    done = run("incidents")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("no incidents yet; ")
    assert json.loads(run("incidents", "--format", "json").stdout) == {"incidents": []}
    assert tomllib.loads(run("incidents", "--format", "toml").stdout) == {"incidents": []}
    calm = record(tmp_path / "calm", *minutes(0, 3), watched=settings(A, B, C, D))
    assert run("incidents", calm).stdout == f"no incidents in {calm}\n"


def test_those_that_were_kept(run: Run, state: Path) -> None:
    file = IncidentFile(state, correction_s=lambda: 0.0)
    ended = IncidentRecord(
        key="holy|sheep",
        provider="holy|sheep",
        why="timeout",
        severity="down",
        since=T0,
        fired_at=T0 + 12,
        ended_at=T0 + 720,
        peak_targets=8,
        of=8,
        peak_error_rate=1.0,
    )
    file.write(ended)
    file.write(
        IncidentRecord(
            key="relaytop",
            provider="",
            why="engine",
            severity="down",
            since=T0 + 900,
            fired_at=T0 + 910,
            ended_at=None,
            peak_targets=1,
            of=1,
            peak_error_rate=None,
        )
    )
    file.close()
    lines = run("incidents").stdout.splitlines()
    assert lines[0].split() == ["began", "lasted", "what", "worst", "why", "peak", "err%"]
    assert lines[1].split()[2:] == [
        *["12", "min", "holy|sheep", "8", "of", "8", "down", "timeout", "100"]
    ]
    assert "no end seen  relaytop    nothing probed  engine" in lines[2]
    first, second = json.loads(run("incidents", "--format", "json").stdout)["incidents"]
    assert first["since"] == "2026-09-21T14:13:20.000Z"
    assert (first["duration_s"], first["peak_targets"], first["of"]) == (720.0, 8, 8)
    assert {"ended_at", "duration_s", "peak_error_rate"}.isdisjoint(second)
    assert "holy\\|sheep" in run("incidents", "--format", "markdown").stdout
    assert len(tomllib.loads(run("incidents", "--format", "toml").stdout)["incidents"]) == 2
    elsewhere = state.rename(state.parent / "of-ops-2.jsonl")
    assert run("incidents", elsewhere).stdout.splitlines() == lines


def test_those_of_a_recording(run: Run, tmp_path: Path, state: Path) -> None:
    reports = [
        *minutes(0, 3),
        *minutes(3, 6, A, B, C),
        *minutes(6, 10),
        *minutes(10, 12, D),
    ]
    path = record(tmp_path / "rec", *reports, watched=settings(A, B, C, D))
    done = run("incidents", path, "--format", "json")
    assert done.returncode == 0
    outage, open_one = json.loads(done.stdout)["incidents"]
    assert (outage["key"], outage["why"], outage["severity"]) == ("alpha", "connect", "down")
    assert (outage["peak_targets"], outage["of"]) == (3, 3)
    assert 180 <= outage["duration_s"] <= 300
    assert outage["since"].startswith("2026-09-21T14:16:")
    assert (open_one["key"], open_one["severity"]) == ("beta/d", "down")
    assert "duration_s" not in open_one
    assert not state.exists()


def test_where_nothing_was_recorded_for_long_no_end_is_made_up(run: Run, tmp_path: Path) -> None:
    reports = [*minutes(0, 3), *minutes(3, 5, D), *minutes(65, 70)]
    path = record(tmp_path / "rec", *reports, watched=settings(A, B, C, D))
    (found,) = json.loads(run("incidents", path, "--format", "json").stdout)["incidents"]
    assert (found["key"], "ended_at" in found) == ("beta/d", False)


def test_what_is_no_recording_is_told(run: Run, tmp_path: Path) -> None:
    (tmp_path / "x").write_text("hello\n")
    done = run("incidents", tmp_path / "x")
    assert done.returncode == 2
    assert "is not a relaytop recording" in done.stderr


def test_a_file_of_another_kind_is_told(run: Run, state: Path) -> None:
    state.mkdir(parents=True)
    done = run("incidents")
    assert (done.returncode, done.stdout) == (2, "")
    assert "it is a folder" in done.stderr
