"""A disk that takes no more, and then does: it is said, and nothing that can be kept is lost."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Self

import psutil
import pytest

from relaytop.store.recording import Recording
from tests.e2e.counts import shows_up
from tests.e2e.ledgers import assert_all_in_ledger
from tests.support.agents import until
from tests.support.endings import assert_no_process, assert_restored
from tests.support.launch import RELAYTOP
from tests.support.server import ScriptedServer, chat_stream
from tests.support.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.launch import Start

DISK_KB = 400
SMALL_DISK = (
    f'mount -t tmpfs -o size={DISK_KB}k tmpfs "$XDG_DATA_HOME" || exit 99; '
    '"$@"; code=$?; cp -r "$XDG_DATA_HOME/." "$HOME/kept"; exit $code'
)
"""Runs a program with a small disk under its data, in a namespace of its own; no root is needed."""


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer(lambda _seen: chat_stream(3)) as found:
        yield found


@pytest.fixture
def config(tmp_path: Path, server: ScriptedServer) -> Path:
    path = tmp_path / "c.toml"
    path.write_text(
        f'interval = "250ms"\n[providers.relay]\nbase_url = "{server.base_url}"\n'
        'api_key_env = "A_KEY"\nmodels = ["m", "n"]\n'
    )
    return path


def snapshots(data: Path) -> list[Path]:
    """Every snapshot, whole, and no other file beside them."""
    folder = data / "relaytop" / "snapshots"
    found = sorted(folder.iterdir()) if folder.exists() else []
    for path in found:
        assert len(tomllib.loads(path.read_text())["targets"]) == 2
    return found


# ── a small disk that is full ────────────────────────────────────────────────


class SmallDisk:
    """Relaytop with a disk of its own for its data; use it as a context manager."""

    def __init__(self, home: dict[str, str], *arguments: str) -> None:
        self.data, self._home = Path(home["XDG_DATA_HOME"]), home
        self.data.mkdir()
        (Path(home["HOME"]) / "kept").mkdir()
        program = [*RELAYTOP, *arguments]
        self.terminal = Terminal(
            ["unshare", "-Urm", "sh", "-c", SMALL_DISK, "sh", *program],
            environ={**home, "A_KEY": "k"},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.terminal.__exit__()

    @property
    def screen(self) -> psutil.Process:
        return psutil.Process(self.terminal.pid).children()[0]

    def inside(self, path: Path) -> Path:
        """Return a path as the program sees it."""
        return Path(f"/proc/{self.terminal.pid}/root{path}")

    @property
    def filler(self) -> Path:
        return self.inside(self.data / "filler")

    def fill(self) -> None:
        with contextlib.suppress(OSError), self.filler.open("ab", buffering=0) as file:
            while file.write(b"x" * 512):
                pass

    def free(self) -> None:
        self.filler.unlink()

    def end(self) -> int:
        """Leave, and keep what is on the disk where tests read it."""
        code = self.terminal.wait()
        assert_no_process(self._home)
        (Path(self._home["HOME"]) / "kept").rename(self.data / "kept")
        self._home["XDG_DATA_HOME"] = str(self.data / "kept")
        return code


@pytest.fixture
def needs_namespaces() -> None:
    """Skips where no file system may be mounted even in a namespace of one's own."""
    with contextlib.suppress(OSError):
        tried = ["unshare", "-Urm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
        if subprocess.run(tried, check=False, capture_output=True).returncode == 0:
            return
    pytest.skip("needs namespaces of users and mounts")


@pytest.mark.usefixtures("needs_namespaces")
def test_a_full_disk_and_then_room_again(
    home: dict[str, str], config: Path, server: ScriptedServer
) -> None:
    recording = Path(home["XDG_DATA_HOME"]) / "rec"
    with SmallDisk(home, "--config", str(config), "--record", str(recording)) as disk:
        terminal = disk.terminal
        terminal.wait_for(shows_up(2))
        disk.fill()
        terminal.press("s")
        terminal.wait_for("snapshot not saved:")
        terminal.wait_for("full")  # over two lines of the notification, or at the log's cut
        until(lambda: terminal.read(0.1) >= 0 and "rec waits" in log_of(terminal))
        assert "ledger" in log_of(terminal)
        disk.free()
        until(lambda: terminal.read(0.1) >= 0 and "rec goes on" in log_of(terminal))
        terminal.press("s")
        terminal.wait_for("snapshot saved:")
        terminal.press("p")
        terminal.wait_for("all probing paused")
        terminal.read(2.5)
        terminal.press("q")
        assert disk.end() == 0
        assert_restored(terminal)
    kept = Path(home["XDG_DATA_HOME"])
    assert len(snapshots(kept)) == 1
    assert_all_in_ledger(home, server)
    with Recording(kept / "rec") as recorded:
        assert sum(1 for _ in recorded.samples()) == len(server.requests)
        assert recorded.broken == 0


def log_of(terminal: Terminal) -> str:
    return terminal.text.split("events")[-1]


@pytest.mark.usefixtures("needs_namespaces")
def test_a_signal_on_a_full_disk_ends_it_and_says_that_nothing_was_saved(
    home: dict[str, str], config: Path
) -> None:
    with SmallDisk(home, "--config", str(config)) as disk:
        disk.terminal.wait_for(shows_up(2))
        disk.fill()
        os.kill(disk.screen.pid, signal.SIGTERM)
        assert disk.end() == 128 + signal.SIGTERM
        assert_restored(disk.terminal)
    assert b"relaytop: snapshot not saved: " in disk.terminal.raw
    assert b": the disk is full" in disk.terminal.raw
    assert not snapshots(Path(home["XDG_DATA_HOME"]))


# ── where nothing may be mounted: a limit on the size of files ───────────────────


@pytest.mark.skipif(not hasattr(psutil.Process, "rlimit"), reason="needs Linux")
def test_no_file_may_grow(
    start: Start, home: dict[str, str], config: Path, server: ScriptedServer
) -> None:
    terminal = start("--config", str(config), A_KEY="k")
    terminal.wait_for(shows_up(2))
    screen = psutil.Process(terminal.pid)
    before = screen.rlimit(psutil.RLIMIT_FSIZE)
    screen.rlimit(psutil.RLIMIT_FSIZE, (0, before[1]))
    terminal.press("s")
    terminal.wait_for("snapshot not saved:")
    terminal.wait_for("large")  # "File too large", over two lines of the notification
    screen.rlimit(psutil.RLIMIT_FSIZE, before)
    terminal.press("s")
    terminal.wait_for("snapshot saved:")
    screen.rlimit(psutil.RLIMIT_FSIZE, (0, before[1]))
    screen.terminate()
    assert terminal.wait() == 128 + signal.SIGTERM
    assert_restored(terminal)
    assert_no_process(home)
    assert len(snapshots(Path(home["XDG_DATA_HOME"]))) == 1
    assert b"relaytop: snapshot not saved: " in terminal.raw
    assert_all_in_ledger(home, server, in_flight=2)
