"""The destination of a result: complete, in one place, and never lost."""

import os
import stat
import subprocess
from pathlib import Path

import pytest

from tests.support.launch import Run


def outcome(done: subprocess.CompletedProcess[str]) -> tuple[int, str, str]:
    return done.returncode, done.stdout or "", done.stderr


def test_a_file_is_its_owners_alone_and_whole(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "dash.json"
    assert outcome(run("grafana", "--output", str(path))) == (0, "", "")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    code, told, complaint = outcome(run("grafana", "--output", str(path)))
    assert (code, told) == (2, path.read_text())
    assert complaint == f"relaytop: --output {path}: File exists; result printed on stdout\n"
    assert list(tmp_path.glob(".*")) == []


def test_a_folder_that_is_not_there_is_not_made(run: Run, tmp_path: Path) -> None:
    code, told, complaint = outcome(run("grafana", "--output", str(tmp_path / "no" / "x.json")))
    assert code == 2
    assert told.startswith("{")
    assert "No such file or directory; result printed on stdout" in complaint


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_stdout_is_one_sentence(run: Run) -> None:
    with Path("/dev/full").open("w") as full:
        code, _, complaint = outcome(run("grafana", stdout=full.fileno()))
    assert code == 2
    assert complaint == "relaytop: stdout cannot be written: No space left on device\n"


def test_a_reader_that_has_seen_enough_is_no_trouble(run: Run) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    assert outcome(run("grafana", stdout=writing)) == (0, "", "")
    os.close(writing)
