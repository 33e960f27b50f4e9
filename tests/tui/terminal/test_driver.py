"""The driver in a real pseudo-terminal, under a small app."""

from __future__ import annotations

import os
import re
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

from tests.support.terminal import Terminal
from tests.tui.terminal.sample import HUNG_UP

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[3]
TOP = "wide 漢字 emoji 🚀 marked é ready"


@pytest.fixture
def start() -> Iterator[Callable[..., Terminal]]:
    opened: list[Terminal] = []

    def begin(driver: str = "ours", term: str = "xterm-256color", **more: str) -> Terminal:
        environ = {**os.environ, "TERM": term, "COLORTERM": "truecolor", "PYTHONPATH": str(ROOT)}
        environ |= more
        argv = [sys.executable, "-m", "tests.tui.terminal.sample", driver]
        terminal = Terminal(argv, columns=80, rows=24, environ=environ)
        opened.append(terminal)
        terminal.wait_for("ticks 2")
        return terminal

    yield begin
    for terminal in opened:
        if terminal.poll() is None:
            os.kill(terminal.pid, signal.SIGKILL)
        terminal.__exit__()


def top_of(terminal: Terminal) -> str:
    # pyte shows nothing for the second half of a wide character.
    return terminal.text.splitlines()[0]


def ticks_of(terminal: Terminal) -> int:
    found = re.search(r"ticks (\d+)", terminal.text)
    assert found, terminal.text
    return int(found[1])


def is_complete(terminal: Terminal) -> bool:
    """Whether every row of figures is one, to the last column."""
    rows = terminal.text.splitlines()[5:]
    width = terminal.screen.columns // 10
    pattern = re.compile(r" *" + r" +".join([r"0\.\d{6}"] * width))
    return len(rows) == terminal.screen.lines - 5 and all(pattern.fullmatch(row) for row in rows)


def test_it_draws_and_takes_keys(start: Callable[..., Terminal]) -> None:
    terminal = start()
    assert top_of(terminal) == TOP
    terminal.press("x", "x")
    terminal.wait_for("count 2")
    assert is_complete(terminal)
    terminal.press("q")
    assert terminal.wait() == 5
    for sequence in (b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?7h", b"\x1b[?2004l", b"\x1b[?1000l"):
        assert sequence in terminal.raw


def test_the_shell_s_own_descriptors_stay_blocking(start: Callable[..., Terminal]) -> None:
    start().wait_for("blocking True")


def test_it_follows_a_resize(start: Callable[..., Terminal]) -> None:
    terminal = start()
    for columns, rows in ((60, 16), (120, 40), (80, 24)):
        terminal.resize(columns, rows)
        terminal.wait_for(f"size {columns}x{rows} end")
        terminal.wait_for(lambda _text: is_complete(terminal))
        assert top_of(terminal) == TOP


def test_a_size_that_the_environment_tells_is_not_believed(start: Callable[..., Terminal]) -> None:
    terminal = start(COLUMNS="70", LINES="20")
    terminal.wait_for("size 80x24 end")
    terminal.resize(60, 16)
    terminal.wait_for("size 60x16 end")


def test_a_resize_there_and_back_is_painted_anew(start: Callable[..., Terminal]) -> None:
    terminal = start()
    terminal.resize(40, 10)
    terminal.resize(80, 24)
    terminal.screen.reset()
    terminal.wait_for(lambda text: TOP in text and is_complete(terminal))


def test_after_two_hundred_resizes_the_last_one_holds(start: Callable[..., Terminal]) -> None:
    terminal = start()
    for _ in range(100):
        terminal.resize(40, 10)
        terminal.resize(80, 24)
    terminal.screen.reset()
    terminal.wait_for(lambda text: TOP in text and is_complete(terminal))


def test_a_stall_ends_in_the_right_screen_and_few_bytes(start: Callable[..., Terminal]) -> None:
    terminal = start()
    terminal.press("n")
    terminal.read(0.5)
    before = ticks_of(terminal)
    time.sleep(2.0)  # the stall itself
    received = terminal.received
    terminal.press("n")  # a key is taken whatever the output does
    terminal.wait_for(lambda _text: ticks_of(terminal) > before + 14)
    assert terminal.received - received < 30_000
    terminal.wait_for(lambda _text: is_complete(terminal))
    assert top_of(terminal) == TOP


def test_the_app_is_told_how_long_a_stall_was(start: Callable[..., Terminal]) -> None:
    terminal = start()
    terminal.press("n")
    terminal.read(0.5)
    time.sleep(2.0)  # the stall itself
    terminal.press("n")
    terminal.wait_for(lambda text: re.search(r"behind [1-9]", text) is not None)


def test_it_ends_though_the_terminal_does_not_read(start: Callable[..., Terminal]) -> None:
    terminal = start()
    terminal.press("n")
    process = psutil.Process(terminal.pid)
    time.sleep(1.0)  # unread: the pty's buffer fills
    terminal.press("q")
    process.wait(timeout=60)


def test_a_terminal_that_is_gone_ends_it_without_a_spin(start: Callable[..., Terminal]) -> None:
    terminal = start()
    process = psutil.Process(terminal.pid)
    used = sum(process.cpu_times()[:2])
    terminal.close()
    while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
        used_now = sum(process.cpu_times()[:2])
        assert used_now - used < 3
        time.sleep(0.05)
    assert terminal.wait() == HUNG_UP


@pytest.mark.parametrize("number", [signal.SIGTSTP, signal.SIGSTOP])
def test_it_comes_back_from_a_suspension(
    start: Callable[..., Terminal], number: signal.Signals
) -> None:
    terminal = start()
    process = psutil.Process(terminal.pid)
    os.kill(terminal.pid, number)
    while process.status() != psutil.STATUS_STOPPED:
        terminal.read(0.02)
    terminal.read(0.1)
    if number == signal.SIGTSTP:
        assert b"\x1b[?1049l" in terminal.raw
    terminal.screen.reset()
    os.kill(terminal.pid, signal.SIGCONT)
    terminal.wait_for(lambda text: TOP in text and is_complete(terminal))
    terminal.press("x")
    terminal.wait_for("count 1")
    terminal.press("q")
    assert terminal.wait() == 5


def test_the_app_may_lend_the_terminal(start: Callable[..., Terminal]) -> None:
    terminal = start()
    terminal.press("\x14")
    terminal.read(0.5)
    assert b"hello from a shell" in terminal.raw
    terminal.screen.reset()
    terminal.resize(81, 24)
    terminal.wait_for(lambda text: TOP in text and "size 81x24" in text)
    terminal.press("x")
    terminal.wait_for("count 1")


def test_it_sends_less_than_textual_itself(
    start: Callable[..., Terminal], record_property: Callable[[str, object], None]
) -> None:
    sent = {}
    for driver in ("stock", "ours"):
        terminal = start(driver)
        terminal.read(0.5)
        before, ticks = terminal.received, ticks_of(terminal)
        terminal.read(3.0)
        sent[driver] = (terminal.received - before) / (ticks_of(terminal) - ticks)
    record_property("bytes_a_frame", sent)
    assert sent["ours"] < sent["stock"]
