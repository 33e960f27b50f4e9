"""However relaytop ends, it leaves no process, no broken terminal and the promised exit code."""

import os
import signal
import subprocess
import sys
import termios
import time
import tomllib
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from tests.support.endings import assert_no_process, modes_left
from tests.support.launch import Start
from tests.support.terminal import Terminal

Seen = Callable[[Terminal], bool]

RESTORED = (b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?2004l", b"\x1b[?1000l")


def watching(start: Start) -> tuple[Terminal, list[psutil.Process]]:
    terminal = start("demo")
    terminal.wait_for("holysheep/gpt-4.1")
    terminal.wait_for(lambda text: "● 8 up" in text or "●8" in text)
    return terminal, terminal.tree()


def assert_gone(processes: list[psutil.Process]) -> None:
    _gone, alive = psutil.wait_procs(processes[1:], timeout=60)
    assert not alive, [process.cmdline() for process in alive]


def snapshots(home: dict[str, str]) -> list[Path]:
    return sorted(Path(home["XDG_DATA_HOME"]).rglob("live-*.toml"))


@pytest.mark.parametrize(("keys", "code"), [("q", 0), ("^c", 130)])
def test_a_key_ends_it(start: Start, home: dict[str, str], keys: str, code: int) -> None:
    terminal, processes = watching(start)
    terminal.press(keys)
    assert terminal.wait() == code
    assert_gone(processes)
    assert all(sequence in terminal.raw for sequence in RESTORED)
    assert not snapshots(home)


def test_a_signal_saves_a_snapshot(start: Start, home: dict[str, str]) -> None:
    terminal, processes = watching(start)
    os.kill(terminal.pid, signal.SIGTERM)
    assert terminal.wait() == 128 + signal.SIGTERM
    assert_gone(processes)
    assert all(sequence in terminal.raw for sequence in RESTORED)
    (saved,) = snapshots(home)
    document = tomllib.loads(saved.read_text())
    assert document["kind"] == "live"
    assert len(document["targets"]) == 8
    assert saved.stat().st_mode & 0o777 == 0o600


INTERRUPTED_IMPORT = """
import os, signal, sys

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "click":
            signal.raise_signal(signal.SIGINT)

sys.meta_path.insert(0, Finder())
from relaytop.cli.main import main; main()
"""


def test_interrupting_it_before_all_is_imported_is_130(home: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED_IMPORT, "demo"],
        env=home,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


def echoes(terminal: Terminal) -> bool:
    return bool(termios.tcgetattr(terminal.fd)[3] & termios.ECHO)


def asks(terminal: Terminal) -> bool:
    """Whether it has asked the terminal what it can show: the answer must not be echoed."""
    return not echoes(terminal)


def has_switched(terminal: Terminal) -> bool:
    """Whether it has taken the whole screen; nothing is drawn yet."""
    return b"\x1b[?1049h" in terminal.raw


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
@pytest.mark.parametrize("seen", [asks, has_switched])
def test_a_signal_while_it_starts_restores_the_terminal(
    start: Start, home: dict[str, str], seen: Seen, number: int
) -> None:
    terminal = start("demo")
    deadline = time.monotonic() + 60
    while not seen(terminal):
        assert time.monotonic() < deadline
        terminal.read(0.001)
    os.kill(terminal.pid, number)
    assert terminal.wait() in {-number, 128 + number}
    assert_no_process(home)
    assert echoes(terminal)
    assert not modes_left(terminal)


def test_a_closed_terminal_ends_it(start: Start, home: dict[str, str]) -> None:
    terminal, processes = watching(start)
    terminal.close()
    assert terminal.wait() == 128 + signal.SIGHUP
    assert_gone(processes)
    assert len(snapshots(home)) == 1


def test_a_terminal_that_does_not_read_cannot_keep_it(start: Start) -> None:
    terminal, processes = watching(start)
    terminal.press("z", "z", "z", "?")
    time.sleep(1.0)  # unread: the pty's buffer fills
    os.kill(terminal.pid, signal.SIGTERM)
    _gone, alive = psutil.wait_procs(processes[1:], timeout=6)
    assert not alive
    assert terminal.wait() == 128 + signal.SIGTERM


def test_a_killed_screen_leaves_no_engine_and_no_relay(start: Start) -> None:
    terminal, processes = watching(start)
    os.kill(terminal.pid, signal.SIGKILL)
    assert terminal.wait() == -signal.SIGKILL
    assert_gone(processes)


def test_a_killed_engine_is_shown_and_started_again(start: Start) -> None:
    terminal, processes = watching(start)
    engine = next(p for p in processes if "relaytop.engine" in p.cmdline())
    engine.kill()
    terminal.wait_for("engine killed (SIGKILL; out of memory?)")
    terminal.press("r")
    terminal.wait_for("engine restarted")
    terminal.wait_for(lambda text: "engine killed" not in text.split("events")[0])
    assert any("relaytop.engine" in p.cmdline() for p in terminal.tree())
    terminal.press("q")
    assert terminal.wait() == 0
