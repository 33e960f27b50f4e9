"""A program of the user's is bounded, and leaves no process behind."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from relaytop.config.user_command import MAX_OUTPUT, TooMuchOutputError, run_user_command
from tests.support.agents import until

ENVIRON = {"PATH": os.environ["PATH"]}


def shell(script: str, timeout_s: float = 10.0) -> tuple[int, bytes]:
    return run_user_command(["sh", "-c", script], ENVIRON, timeout_s)


def sleepers(mark: str) -> list[psutil.Process]:
    return [p for p in psutil.process_iter(["cmdline"]) if mark in (p.info["cmdline"] or [])]


def test_what_it_prints_and_how_it_ends() -> None:
    assert shell("echo key; exit 3") == (3, b"key\n")


def test_a_program_that_prints_without_end_is_ended() -> None:
    with pytest.raises(TooMuchOutputError):
        shell("yes")
    assert len(shell(f"head -c {MAX_OUTPUT} /dev/zero")[1]) == MAX_OUTPUT


def test_a_grandchild_that_holds_the_pipe_does_not_lose_the_key() -> None:
    """And it is ended too."""
    assert shell("sleep 4711.5 & echo key") == (0, b"key\n")
    until(lambda: not sleepers("4711.5"))


def test_at_a_time_out_all_of_it_is_ended() -> None:
    with pytest.raises(subprocess.TimeoutExpired):
        shell("sleep 4712.5 & sleep 4712.5", timeout_s=0.3)
    until(lambda: not sleepers("4712.5"))


def running(mark: str, before: str = "") -> subprocess.Popen[bytes]:
    """Return a process that runs a command; `before`: lines that it begins with."""
    script = (
        f"{before}\n"
        "from relaytop.config.user_command import run_user_command\n"
        f"command = ['sh', '-c', 'sleep {mark} & sleep {mark}']\n"
        "run_user_command(command, {'PATH': '/usr/bin:/bin'}, 60)"
    )
    return subprocess.Popen([sys.executable, "-c", script])


ENDS = [signal.SIGTERM, signal.SIGHUP]


@pytest.mark.parametrize("number", ENDS)
def test_where_we_are_ended_it_is_too(number: signal.Signals) -> None:
    mark = f"4713.{number}"
    ours = running(mark)
    until(lambda: len(sleepers(mark)) >= 2)
    ours.send_signal(number)
    assert ours.wait(10) == -number
    until(lambda: not sleepers(mark))


@pytest.mark.parametrize("number", ENDS)
def test_where_we_are_ended_while_it_starts_it_is_too(number: signal.Signals) -> None:
    mark = f"4714.{number}"
    popen_then_signal = (
        "import os, subprocess\n"
        "class Popen(subprocess.Popen):\n"
        "    def __init__(self, *arguments, **named):\n"
        "        super().__init__(*arguments, **named)\n"
        f"        os.kill(os.getpid(), {number:d})\n"
        "subprocess.Popen = Popen\n"
    )
    ours = running(mark, popen_then_signal)
    assert ours.wait(10) == -number
    until(lambda: not sleepers(mark))


def test_a_file_that_is_no_program(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        run_user_command([str(tmp_path / "none")], ENVIRON, 1.0)


def test_a_large_input_reaches_it(tmp_path: Path) -> None:
    """Larger than a pipe: it is written while the program reads, and no program is waited for."""
    data = b"x" * 1_000_000
    script = f"import sys; open({str(tmp_path / 'got')!r}, 'wb').write(sys.stdin.buffer.read())"
    assert run_user_command([sys.executable, "-c", script], ENVIRON, 30.0, stdin=data) == (0, b"")
    assert (tmp_path / "got").read_bytes() == data
    assert run_user_command(["true"], ENVIRON, 30.0, stdin=data) == (0, b"")
