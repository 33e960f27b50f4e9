"""The relay's process: it says its ports, heeds nobody but its parent, and leaves no orphan."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

import relaytop
from relaytop.config.child_processes import child_environment
from relaytop.config.errors import RelaytopError
from relaytop.demo.child import DemoRelay

PARENT = """
import time
from relaytop.demo.child import DemoRelay
relay = DemoRelay.spawn(1)
relay.ports()
print(relay.pid, flush=True)
time.sleep(60)
"""


def test_it_tells_its_ports_at_once_and_again() -> None:
    relay = DemoRelay.spawn(1)
    try:
        ports = relay.ports()
        assert list(ports) == ["holysheep", "direct", "official"]
        assert len(set(ports.values())) == 3
        assert relay.ports() == ports
    finally:
        relay.stop()
    assert not psutil.pid_exists(relay.pid)
    relay.stop()


def test_it_ends_with_a_parent_that_was_killed() -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT],
        stdout=subprocess.PIPE,
        cwd=Path(relaytop.__file__).parent.parent,
    )
    assert parent.stdout is not None
    with parent.stdout:
        relay = psutil.Process(int(parent.stdout.readline()))
    assert relay.is_running()
    parent.kill()
    parent.wait()
    # Whoever adopts the relay may be slow to bury it: a zombie has ended.
    try:
        relay.wait(10)
    except psutil.TimeoutExpired:
        assert relay.status() == psutil.STATUS_ZOMBIE


def test_an_interrupt_and_a_hangup_are_its_parents_business() -> None:
    relay = DemoRelay.spawn(1)
    try:
        relay.ports()
        for number in (signal.SIGINT, signal.SIGHUP):
            os.kill(relay.pid, number)
        with pytest.raises(psutil.TimeoutExpired):
            psutil.Process(relay.pid).wait(0.2)
    finally:
        relay.stop()


def test_it_is_stopped_even_where_it_does_not_listen() -> None:
    relay = DemoRelay.spawn(1)
    relay.ports()
    os.kill(relay.pid, signal.SIGSTOP)
    relay.stop()
    assert not psutil.pid_exists(relay.pid)


def test_no_key_of_the_user_is_in_its_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    relay = DemoRelay.spawn(1)
    try:
        relay.ports()
        names = set(psutil.Process(relay.pid).environ())
        assert names <= set(child_environment(os.environ))
    finally:
        relay.stop()


def test_it_is_small() -> None:
    relay = DemoRelay.spawn(1)
    try:
        relay.ports()
        assert psutil.Process(relay.pid).memory_full_info().uss < 15e6
    finally:
        relay.stop()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(["--seed", "x"], "usage: python -m relaytop.demo"), (["--port", "1"], "usage"), (["a"], "a")],
)
def test_wrong_arguments_are_told_in_one_line(arguments: list[str], words: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "relaytop.demo", *arguments],
        cwd=Path(relaytop.__file__).parent.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert words in done.stdout
    assert not done.stderr


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ('print(\'{"error": "no port is free"}\')', "no port is free"),
        ("pass", "no output"),
        ("print('Traceback')", "no output"),
        ("import time; time.sleep(60)", "no output"),
    ],
)
def test_a_relay_that_does_not_start_is_one_sentence(script: str, words: str) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with pytest.raises(RelaytopError, match=f"did not start: {words}"):
        DemoRelay(process).ports(timeout_s=1.0)
    assert process.returncode is not None
