"""The file of incidents: what is kept, for whom, how much of it, and what a bad disk does."""

from __future__ import annotations

import dataclasses
import json
import os
import threading
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.alerts.incident_record import IncidentRecord, from_document, to_document
from relaytop.watch.incident_file import IncidentFile, read_incidents

if TYPE_CHECKING:
    from pathlib import Path

BEGAN = IncidentRecord(
    key="p",
    provider="p",
    why="timeout",
    severity="degraded",
    since=1000.0,
    fired_at=1010.0,
    ended_at=None,
    peak_targets=3,
    of=4,
    peak_error_rate=0.5,
)
ENDED = dataclasses.replace(BEGAN, ended_at=1720.0, severity="down", peak_targets=4)


def numbered(number: int) -> IncidentRecord:
    return dataclasses.replace(ENDED, key=f"p/{number}", fired_at=1010.0 + number)


def keep(path: Path, *records: IncidentRecord, part_bytes: int = 10_000) -> IncidentFile:
    file = IncidentFile(path, part_bytes=part_bytes, keep=2, correction_s=lambda: 0.0)
    for record in records:
        file.write(record)
    for _ in range(120):  # each waits for half a second at most, which a busy machine exceeds
        file.close()
    return file


def test_an_incident_is_read_as_it_ended(tmp_path: Path) -> None:
    path = tmp_path / "state" / "incidents.jsonl"
    assert read_incidents(path) == []
    keep(path, BEGAN)
    assert read_incidents(path) == [BEGAN]
    keep(path, ENDED, numbered(1))
    assert read_incidents(path) == [ENDED, numbered(1)]
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_what_is_part_of_another_is_not_listed(tmp_path: Path) -> None:
    alone = dataclasses.replace(BEGAN, key="p/a", fired_at=1005.0)
    keep(tmp_path / "f", alone, BEGAN, dataclasses.replace(alone, ended_at=1010, folded_into="p"))
    assert read_incidents(tmp_path / "f") == [BEGAN]


def test_it_is_bounded_and_the_newest_stay(tmp_path: Path) -> None:
    path = tmp_path / "f"
    keep(path, *(numbered(n) for n in range(500)), part_bytes=2000)
    assert {file.name for file in tmp_path.iterdir()} == {"f", "f.1", "f.2"}
    assert all(file.stat().st_size <= 2000 for file in tmp_path.iterdir())
    kept = read_incidents(path)
    assert kept[-1] == numbered(499)
    assert kept == [numbered(n) for n in range(500 - len(kept), 500)]


def test_two_write_into_one_and_nothing_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "f"
    halves = [range(100), range(100, 200)]
    threads = [threading.Thread(target=keep, args=(path, *map(numbered, half))) for half in halves]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lines = [line for part in tmp_path.iterdir() for line in part.read_text().splitlines()]
    assert all(from_document(json.loads(line)) for line in lines)
    assert read_incidents(path)[-1] == numbered(199)


def test_a_torn_line_is_skipped_and_ends_no_other(tmp_path: Path) -> None:
    path = tmp_path / "f"
    keep(path, ENDED)
    with path.open("ab") as file:
        file.write(b'{"key": "p/torn", "prov')
    keep(path, numbered(1))
    assert read_incidents(path) == [ENDED, numbered(1)]


@pytest.mark.parametrize("kind", ["fifo", "folder", "link", "no room"])
def test_a_file_that_cannot_be_written_is_told_once(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "f"
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "link":
        path.symlink_to(tmp_path / "elsewhere")
    else:
        path.symlink_to("/dev/full")
    file = keep(path, BEGAN, ENDED)
    warning = file.warning()
    assert warning is not None
    assert warning.startswith(f"incidents not recorded in {path}: ")
    assert file.warning() is None
    assert not (tmp_path / "elsewhere").exists()


def test_the_duration_is_true_though_the_clock_was_set_meanwhile(tmp_path: Path) -> None:
    correction = [-50.0]
    file = IncidentFile(tmp_path / "f", correction_s=lambda: correction[0])
    file.write(BEGAN)
    correction[0] = 3600.0
    file.write(ENDED)
    file.write(numbered(1))
    file.close()
    first, second = read_incidents(tmp_path / "f")
    assert (first.since, first.ended_at) == (950.0, 1670.0)
    assert (second.since, second.duration_s) == (4600.0, 720.0)


values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.just(10**400),
    st.floats(),
    st.text(),
    st.lists(st.integers()),
    st.fixed_dictionaries(
        {"at": st.floats(), "targets": st.lists(st.text() | st.none())},
        optional={name: st.booleans() | st.none() for name in ("sent", "told", "acknowledged")},
    ),
)


@given(st.dictionaries(st.sampled_from([*to_document(ENDED), "folded_into", "left"]), values))
def test_whatever_a_line_holds_it_is_an_incident_or_nothing(changed: dict[str, object]) -> None:
    record = from_document({**to_document(ENDED), **changed})
    if record is not None:
        assert from_document(to_document(record)) == record
        assert record.duration_s is None or record.duration_s >= 0
