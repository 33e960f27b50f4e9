"""`relaytop agent --stdio`: what its one reader gets, and how it ends."""

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.agents import WAIT_S, Agent, until
from tests.support.endings import assert_no_process
from tests.support.launch import RELAYTOP, Run
from tests.support.server import ScriptedServer
from tests.watch.agent.config_file import KEY, write


class Reader:
    """Runs the command, and reads what it writes."""

    def __init__(self, home: dict[str, str], config: Path) -> None:
        self.home = {**home, "A_KEY": KEY}
        self.process = subprocess.Popen(
            [*RELAYTOP, "agent", "--stdio", "--config", str(config)],
            env=self.home,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.stdin, self.stdout = self.process.stdin, self.process.stdout
        os.set_blocking(self.stdout.fileno(), False)
        self._rest = b""
        self.messages: list[dict[str, Any]] = []

    def read(self) -> None:
        with contextlib.suppress(TypeError):  # nothing is there
            self._rest += self.stdout.read()
        *lines, self._rest = self._rest.split(b"\n")
        self.messages += [json.loads(line) for line in lines if line]

    def until(self, seen: Callable[[], object]) -> None:
        def read_and_see() -> object:
            self.read()
            return seen()

        until(read_and_see, lambda: f"{self.kinds()} {self.process.poll()}")

    def kinds(self) -> list[str]:
        return [message[""] for message in self.messages]

    def samples(self, target: str) -> list[dict[str, Any]]:
        found = [message["sample"] for message in self.messages if message[""] == "Finished"]
        return [sample for sample in found if sample["target"] == target]

    def send(self, *lines: bytes) -> None:
        self.stdin.write(b"".join(line + b"\n" for line in lines))

    def end(self) -> tuple[int, str]:
        """Wait for its end; return the exit code and what it wrote to stderr."""
        assert self.process.stderr is not None
        code = self.process.wait(WAIT_S)
        told = self.process.stderr.read().decode()
        if not self.stdout.closed:
            self.read()
        self.close()
        return code, told

    def close(self) -> None:
        self.process.kill()
        for pipe in (self.stdin, self.stdout, self.process.stderr):
            assert pipe is not None
            pipe.close()
        self.process.wait()


@pytest.fixture
def reader(home: dict[str, str], config: Path) -> Iterator[Reader]:
    found = Reader(home, config)
    yield found
    found.close()
    assert_no_process(home)


def test_where_no_agent_runs_it_probes(reader: Reader) -> None:
    reader.until(lambda: reader.samples("relay/m") and reader.samples("relay/n"))
    assert reader.kinds()[:6] == [
        "Hello",
        "Watched",
        "MonitorHandover",
        "TargetHandover",
        "TargetHandover",
        "HistoryEnd",
    ]
    hello, watched = reader.messages[:2]
    assert hello["protocol"] == 1
    assert hello["accepts_commands"] is True
    assert abs(hello["now"] - time.time()) < WAIT_S
    assert [target["model"] for target in watched["targets"]] == ["m", "n"]
    text = json.dumps(reader.messages)
    assert KEY not in text
    assert "127.0.0.1" not in text, "no address"
    assert "ping" not in text, "no prompt"
    reader.stdin.close()
    code, told = reader.end()
    assert code == 0
    assert all(json.loads(line)["text"] for line in told.splitlines())


def test_it_obeys_commands(reader: Reader) -> None:
    reader.until(lambda: reader.samples("relay/m"))
    reader.send(
        b'{"":"Pause","target":"relay/m"}',
        b'{"":"Scale","factor":0}',
        b'{"":"Pause","target":"relay/nothing"}',
        b'{"":"Add","targets":[{"provider":"relay","model":"o","prompt":"theirs"}]}',
        b'{"":"Start","settings":{}}',
        b"nonsense",
        b"",
    )
    reader.until(lambda: len(reader.samples("relay/o")) >= 1)
    reader.until(lambda: len(reader.samples("relay/n")) >= 5)
    before = len(reader.samples("relay/m"))
    count = len(reader.samples("relay/n")) + 5
    reader.until(lambda: len(reader.samples("relay/n")) >= count)
    assert len(reader.samples("relay/m")) == before
    reader.stdin.close()
    code, told = reader.end()
    assert code == 0
    refused = [line for line in told.splitlines() if "command refused" in line]
    assert len(refused) == 4


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_it_ends_at_a_signal(reader: Reader, number: signal.Signals) -> None:
    reader.until(lambda: reader.samples("relay/m"))
    reader.process.send_signal(number)
    code, _told = reader.end()
    assert code == 0


def test_it_ends_where_nobody_reads(reader: Reader) -> None:
    reader.until(lambda: reader.samples("relay/m"))
    reader.stdout.close()
    code, told = reader.end()
    assert code == 0
    assert "Traceback" not in told


def test_an_agent_that_runs_is_passed_on(home: dict[str, str], config: Path) -> None:
    with Agent({**home, "A_KEY": KEY}, "--config", str(config)) as agent:
        agent.until(lambda: agent.probes(model="m") >= 5)
        reader = Reader(home, config)
        reader.until(lambda: reader.samples("relay/m"))
        hello = reader.messages[0]
        assert hello["pid"] == agent.process.pid
        assert "accepts_commands" not in hello
        known = [m for m in reader.messages if m[""] == "TargetHandover"]
        assert [m["ring"]["count"] >= 5 for m in known] == [True, True]
        reader.send(b'{"":"Pause"}')
        agent.end(signal.SIGTERM)
        code, told = reader.end()
        assert code == 1, "the agent has ended"
        *_others, last = told.splitlines()
        assert "has exited or loaded another config" in json.loads(last)["text"]
        assert "command refused: an agent runs on this host" in told


def test_an_agent_that_starts_takes_over(home: dict[str, str], config: Path) -> None:
    """The same is not probed and paid for twice for long."""
    reader = Reader(home, config)
    reader.until(lambda: reader.samples("relay/m"))
    with Agent({**home, "A_KEY": KEY}, "--config", str(config)):
        code, told = reader.end()
        assert code == 0
        assert "an agent of this config runs on this host now" in told


def test_what_needs_a_port_or_a_file_is_refused(run: Run, config: Path) -> None:
    for flag, value in (("--listen", "127.0.0.1:0"), ("--record", "r"), ("--snapshot-every", "1m")):
        done = run("agent", "--stdio", "--config", config, flag, value)
        assert done.returncode == 2
        assert f"{flag} cannot be used with --stdio" in done.stderr


def test_a_mistake_in_the_config_is_a_sentence(
    home: dict[str, str], config: Path, server: ScriptedServer
) -> None:
    write(config, server, "m", more="nonsense = 1")
    reader = Reader(home, config)
    code, told = reader.end()
    assert code == 2
    assert told.startswith("relaytop: ")
    assert "nonsense" in told
    assert reader.messages == []
