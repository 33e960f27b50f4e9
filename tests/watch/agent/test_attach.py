"""A monitor on the machine of a running agent: it reads the agent, and pays nothing."""

from __future__ import annotations

import json
import re
import signal
import socket
from typing import TYPE_CHECKING

import pytest

from relaytop.watch.agent.protocol import SNAPSHOT, request_line
from tests.support.agents import Agent, until
from tests.watch.agent.config_file import KEY, write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.launch import Start
    from tests.support.server import ScriptedServer


@pytest.fixture
def agent(home: dict[str, str], config: Path) -> Iterator[Agent]:
    with Agent({**home, "A_KEY": KEY}, "--config", str(config)) as found:
        found.until(lambda: found.probes(model="m") >= 10)
        yield found


def test_the_screen_opens_full_of_what_the_agent_knows(
    agent: Agent, config: Path, start: Start
) -> None:
    terminal = start("--config", str(config), A_KEY=KEY)
    text = terminal.wait_for(f"an agent (pid {agent.process.pid}) probes this config")
    assert " AGENT " in text
    assert "●  relay/m" in text
    assert "relay: 2 up" in text
    assert "space on/off" not in text
    assert "p pause" not in text
    assert len(terminal.tree()) == 1  # no engine of its own
    terminal.press("s")
    terminal.wait_for("snapshot saved")
    terminal.press("q")
    assert terminal.wait() == 0
    assert agent.snapshots()[0]["targets"][0]["requests"] >= 10
    before = agent.probes(model="m")
    agent.until(lambda: agent.probes(model="m") > before)  # it goes on


def test_fresh_probes_here(agent: Agent, config: Path, start: Start) -> None:
    del agent
    terminal = start("--config", str(config), "--fresh", A_KEY=KEY)
    text = terminal.wait_for("space on/off")
    assert "AGENT" not in text
    assert len(terminal.tree()) == 2


def test_other_settings_are_probed_here(agent: Agent, config: Path, start: Start) -> None:
    del agent
    terminal = start("--config", str(config), "--interval", "1s", A_KEY=KEY)
    assert "AGENT" not in terminal.wait_for("space on/off")


def test_another_window_is_only_another_look(agent: Agent, config: Path, start: Start) -> None:
    del agent
    terminal = start("--config", str(config), "--window", "1m", A_KEY=KEY)
    assert re.search(r" 1m  .* UTC", terminal.wait_for("AGENT"))


def test_the_screen_goes_on_by_itself_where_the_agent_ends(
    agent: Agent, config: Path, start: Start
) -> None:
    terminal = start("--config", str(config), A_KEY=KEY)
    terminal.wait_for("AGENT")
    agent.end(signal.SIGKILL)
    terminal.wait_for("has exited or loaded another config")
    terminal.press("r")
    terminal.wait_for(lambda text: "engine restarted" in text and "AGENT" not in text)
    terminal.wait_for("space on/off")
    again = start("--config", str(config), A_KEY=KEY)  # a socket that nobody serves
    assert "AGENT" not in again.wait_for("space on/off")


def test_other_settings_take_the_agent_away(
    agent: Agent, config: Path, start: Start, server: ScriptedServer
) -> None:
    terminal = start("--config", str(config), A_KEY=KEY)
    terminal.wait_for("AGENT")
    write(config, server, "m", "n", "o")
    agent.send(signal.SIGHUP)
    terminal.wait_for("has exited or loaded another config")
    again = start("--config", str(config), A_KEY=KEY)
    assert "relay/o" in again.wait_for("AGENT")


def test_its_socket_answers_with_a_snapshot_and_no_key(agent: Agent) -> None:
    (path,) = agent.sockets()
    with socket.socket(socket.AF_UNIX) as reader:
        reader.connect(str(path))
        reader.sendall(request_line(SNAPSHOT))
        with reader.makefile() as lines:
            told = lines.read()
    assert KEY not in told
    document = json.loads(told)
    assert [each["target"] for each in document["targets"]] == ["relay/m", "relay/n"]
    agent.end(signal.SIGTERM)
    assert agent.sockets() == []


def test_a_second_agent_says_that_it_cannot_be_read(
    agent: Agent, home: dict[str, str], config: Path, tmp_path: Path
) -> None:
    other_home = tmp_path / "other"
    other_home.mkdir()
    environ = {**home, "HOME": str(other_home), "A_KEY": KEY}
    with Agent(environ, "--config", str(config)) as other:
        other.wait_for_event("another agent with this config is already running")
        until(lambda: other.probes(model="m") >= 1)
    assert len(agent.sockets()) == 1


def test_it_records(home: dict[str, str], config: Path, tmp_path: Path) -> None:
    path = tmp_path / "agent.jsonl"
    with Agent({**home, "A_KEY": KEY}, "--config", str(config), "--record", str(path)) as agent:
        agent.until(lambda: agent.probes(model="m") >= 3)
        agent.end(signal.SIGTERM)
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert lines[0][""] == "Recording"
    assert sum(line[""] == "Finished" for line in lines) >= 3
    assert KEY not in path.read_text()
