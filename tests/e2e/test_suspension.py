"""^Z under a real shell: the terminal goes back to it, and `fg` brings the screen back."""

from __future__ import annotations

import os
import re
import shlex
import signal
import time
from typing import TYPE_CHECKING

import psutil
import pytest

from tests.support.launch import RELAYTOP
from tests.support.mouse import CLICKS, modes_asked
from tests.support.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.launch import Start


@pytest.fixture
def shell(home: dict[str, str]) -> Iterator[Terminal]:
    environ = {**home, "PS1": "shell> ", "HISTFILE": "/dev/null"}
    with Terminal(["bash", "--norc", "--noprofile", "-i"], environ=environ) as terminal:
        terminal.wait_for("shell>")
        yield terminal
        for process in terminal.tree()[1:]:
            process.kill()


def screen_of(terminal: Terminal) -> psutil.Process:
    return psutil.Process(terminal.pid).children()[0]


def wait_until_stopped(terminal: Terminal, process: psutil.Process) -> None:
    while process.status() != psutil.STATUS_STOPPED:
        terminal.read(0.02)
    while terminal.read(0.3):
        pass


def has_ended(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


@pytest.mark.parametrize("from_outside", [False, True], ids=["^Z", "kill -TSTP"])
def test_it_gives_the_terminal_back_and_returns(shell: Terminal, *, from_outside: bool) -> None:
    shell.press(shlex.join([*RELAYTOP, "demo"]) + "\r")
    shell.wait_for("holysheep/gpt-4.1")
    screen = screen_of(shell)
    children = {child.pid for child in screen.children()}
    shell.raw.clear()
    if from_outside:
        os.kill(screen.pid, signal.SIGTSTP)
    else:
        shell.press("\x1a")
    wait_until_stopped(shell, screen)
    for sequence in (b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?7h", b"\x1b[?2004l"):
        assert sequence in shell.raw
    assert modes_asked(shell) == dict.fromkeys(CLICKS, False)
    shell.screen.reset()
    shell.press("echo $((6 * 7)) $(stty -a | grep -o ' icanon') done\r")
    shell.wait_for("42 icanon done")
    assert {child.pid for child in screen.children()} == children
    assert psutil.STATUS_STOPPED not in {child.status() for child in screen.children()}
    shell.resize(90, 30)
    shell.screen.reset()
    time.sleep(2.0)
    shell.press("fg\r")
    shell.wait_for(lambda text: "holysheep/gpt-4.1" in text and "? help" in text)
    shell.wait_for(lambda text: "? help" in text.splitlines()[29])
    assert all(len(line) <= 90 for line in shell.text.splitlines())
    assert modes_asked(shell) == dict.fromkeys(CLICKS, True)
    if not from_outside:
        shell.press("l")
        shell.wait_for("the screen was suspended for")
        shell.press("l")
        shell.wait_for("? help")
    shell.press("q")
    # The emulator knows no second screen: the prompt goes on where the cursor was, over two lines.
    shell.wait_for(lambda text: "shell>" in text.replace("\n", ""))
    assert not screen.is_running()


@pytest.mark.parametrize("begin", ["^Z", "kill -STOP", "&"])
def test_in_the_background_it_waits_for_fg_and_sends_nothing(shell: Terminal, begin: str) -> None:
    command = shlex.join([*RELAYTOP, "demo"])
    if begin == "&":
        shell.press(f"{command} &\r")
        while not shell.tree()[1:]:
            shell.read(0.02)
    else:
        shell.press(f"{command}\r")
        shell.wait_for("holysheep/gpt-4.1")
        if begin == "^Z":
            shell.press("\x1a")
        else:
            os.kill(screen_of(shell).pid, signal.SIGSTOP)
        wait_until_stopped(shell, screen_of(shell))
        shell.press("bg\r")
        shell.read(0.5)
    shell.raw.clear()
    wait_until_stopped(shell, screen_of(shell))
    shell.press("echo $((6 * 7)) $(stty -a | grep -o ' icanon') done\r")
    shell.wait_for("42 icanon done")
    assert b"\x1b[?1049" not in shell.raw
    shell.screen.reset()
    shell.press("fg\r")
    shell.wait_for("? help")
    if begin != "kill -STOP":  # after that the terminal was never given back
        assert re.findall(rb"\x1b\[\?1049[hl]", shell.raw) == [b"\x1b[?1049h"]
    shell.press("q")
    shell.wait_for(lambda text: "shell>" in text.replace("\n", ""))


@pytest.mark.parametrize("signals", ["kill -STOP", "^Z and bg"])
def test_a_stopped_screen_ends_when_it_is_killed(shell: Terminal, signals: str) -> None:
    shell.press(shlex.join([*RELAYTOP, "demo"]) + "\r")
    shell.wait_for("holysheep/gpt-4.1")
    screen = screen_of(shell)
    family = [screen, *screen.children(recursive=True)]
    if signals == "kill -STOP":
        os.kill(screen.pid, signal.SIGSTOP)
    else:
        shell.press("\x1a")
    wait_until_stopped(shell, screen)
    if signals == "^Z and bg":
        shell.press("bg\r")
        shell.read(0.5)
        wait_until_stopped(shell, screen)
    shell.press("kill %1\r")
    deadline = time.monotonic() + 10
    while not all(map(has_ended, family)) and time.monotonic() < deadline:
        shell.read(0.05)
    assert all(map(has_ended, family))
    shell.screen.reset()
    shell.press("echo $((6 * 7)) $(stty -a | grep -o ' icanon') done\r")
    shell.wait_for("42 icanon done")


def test_without_a_shell_it_stays(start: Start) -> None:
    terminal = start("demo")
    terminal.wait_for("holysheep/gpt-4.1")
    terminal.press("\x1a")
    terminal.wait_for("cannot suspend: not started by a shell")
    assert psutil.Process(terminal.pid).status() != psutil.STATUS_STOPPED
