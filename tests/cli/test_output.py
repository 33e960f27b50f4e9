"""Where a result goes: whole, to one place, and never lost."""

import os
import stat
import subprocess
from pathlib import Path

import pytest

from tests.e2e.launch import RELAYTOP, home

__all__ = ["home"]


def run(
    home: dict[str, str], *arguments: str, stdout: int = subprocess.PIPE
) -> tuple[int, str, str]:
    done = subprocess.run(
        [*RELAYTOP, *arguments],
        env=home,
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout or "", done.stderr


def test_a_file_is_its_owners_alone_and_whole(home: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "dash.json"
    assert run(home, "grafana", "--output", str(path)) == (0, "", "")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    code, told, complaint = run(home, "grafana", "--output", str(path))
    assert (code, told) == (2, path.read_text())
    assert complaint == f"relaytop: --output {path}: File exists; the result is on stdout\n"
    assert list(tmp_path.glob(".*")) == []


def test_a_folder_that_is_not_there_is_not_made(home: dict[str, str], tmp_path: Path) -> None:
    code, told, complaint = run(home, "grafana", "--output", str(tmp_path / "no" / "x.json"))
    assert code == 2
    assert told.startswith("{")
    assert "No such file or directory; the result is on stdout" in complaint


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_stdout_is_one_sentence(home: dict[str, str]) -> None:
    with Path("/dev/full").open("w") as full:
        code, _, complaint = run(home, "grafana", stdout=full.fileno())
    assert code == 2
    assert complaint == "relaytop: stdout cannot be written: No space left on device\n"


def test_a_reader_that_has_seen_enough_is_no_trouble(home: dict[str, str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    assert run(home, "grafana", stdout=writing) == (0, "", "")
    os.close(writing)
