"""Processes of one user that probe the same targets."""

from __future__ import annotations

import dataclasses
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from relaytop.watch.peers import EVERY_S, MAX_BYTES, Peers
from tests.support.samples import settings

if TYPE_CHECKING:
    from pathlib import Path

    from relaytop.config.settings import Settings

SETTINGS = settings("relay/a", "relay/b", "other/c")
HOLDER = """
import sys
from pathlib import Path
from relaytop.watch.peers import Peers
from tests.support.samples import settings
peers = Peers(Path(sys.argv[1]), int(sys.argv[2]))
peers.check(settings("relay/a"), 0.0)
print("probing", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "runtime"


def look(peers: Peers, now: float, watched: Settings = SETTINGS) -> list[str]:
    return [text for _is_bad, text in peers.check(watched, now)]


def test_each_finds_the_other_once_and_its_end(folder: Path) -> None:
    first, second = Peers(folder, 101), Peers(folder, 102)
    assert look(first, 0.0) == []
    said = "probes these targets too: cost and requests are doubled"
    assert look(second, 0.0) == [f"pid 101 {said}"]
    assert look(first, EVERY_S) == [f"pid 102 {said}"]
    assert look(first, 2 * EVERY_S) == []
    assert first.shared == {102: 3}
    second.close()
    assert first.check(SETTINGS, 3 * EVERY_S) == [
        (False, "pid 102 no longer probes any of these targets")
    ]
    assert first.shared == {}
    first.close()
    assert list(folder.iterdir()) == []


def test_the_folder_is_looked_at_every_few_seconds(folder: Path) -> None:
    first, second = Peers(folder, 101), Peers(folder, 102)
    look(first, 0.0)
    look(second, 0.0)
    assert look(first, EVERY_S - 0.1) == []
    assert look(first, EVERY_S) != []


@pytest.mark.parametrize(
    ("theirs", "said"),
    [
        (settings("relay/a", "relay/d", "other/e"), "1 of these 3 targets"),
        (settings("relay/a", "relay/b", "other/c", interval_s=60.0), "these targets"),
        (settings("another/a", "named/b", "provider/c"), "these targets"),
        (settings("relay/d"), None),
        (settings("relay/A"), None),
    ],
)
def test_what_counts_is_the_url_and_the_model(
    folder: Path, theirs: Settings, said: str | None
) -> None:
    first, second = Peers(folder, 101), Peers(folder, 102)
    look(second, 0.0, theirs)
    found = look(first, 0.0)
    assert [f"probes {said} too" in text for text in found] == ([True] if said else [])


def test_another_url_is_another_target(folder: Path) -> None:
    moved = dataclasses.replace(SETTINGS.providers[0], base_url="http://127.0.0.1:10/v1")
    theirs = dataclasses.replace(SETTINGS, providers=(moved, SETTINGS.providers[1]))
    first, second = Peers(folder, 101), Peers(folder, 102)
    look(second, 0.0, theirs)
    assert len(look(first, 0.0)) == 1
    assert first.shared == {102: 1}


def test_targets_that_are_added_are_told_at_once(folder: Path) -> None:
    first, second = Peers(folder, 101), Peers(folder, 102)
    look(first, 0.0)
    look(second, 0.0, settings("relay/z"))
    assert look(second, 0.1, settings("relay/z", "relay/a")) != []
    assert len(look(first, EVERY_S)) == 1


def test_one_that_is_killed_is_gone_and_its_file_too(folder: Path) -> None:
    ours = Peers(folder, os.getpid())
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder), "4711"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"probing\n"
        look(ours, 0.0)
        assert ours.shared == {4711: 1}
        holder.send_signal(signal.SIGKILL)
    assert len(list(folder.iterdir())) == 2
    look(ours, EVERY_S)
    assert ours.shared == {}
    assert len(list(folder.iterdir())) == 1


def test_odd_files_are_nobody(folder: Path, tmp_path: Path) -> None:
    first = Peers(folder, 101)
    look(first, 0.0)
    precious = tmp_path / "precious"
    precious.write_text("kept")
    (folder / "probing-7-link.lock").symlink_to(precious)
    (folder / "probing-8-folder.lock").mkdir()
    os.mkfifo(folder / "probing-9-fifo.lock")
    (folder / "probing-ten-name.lock").write_text("x")
    (folder / "probing-11-huge.lock").write_bytes(b"x" * (MAX_BYTES + 1))
    (folder / "pick-m.lock").write_text("another's")
    assert look(first, EVERY_S) == []
    assert precious.read_text() == "kept"
    assert (folder / "pick-m.lock").exists()


def test_a_folder_that_is_emptied_is_filled_again(folder: Path) -> None:
    first, second = Peers(folder, 101), Peers(folder, 102)
    look(first, 0.0)
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    look(first, EVERY_S)
    assert len(look(second, 0.0)) == 1


def test_without_a_folder_nobody_is_found_and_nothing_fails(folder: Path) -> None:
    folder.write_text("a file in its place")
    first = Peers(folder, 101)
    assert look(first, 0.0) == []
    first.close()
