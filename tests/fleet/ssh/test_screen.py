"""`relaytop fleet --ssh` as its user sees it, with an ssh that runs the commands here."""

import json
import os
import signal
from pathlib import Path

import pytest

from tests.support.agents import Agent, until
from tests.support.endings import assert_no_process, processes_of
from tests.support.hosts import Hosts
from tests.support.launch import Run, Start
from tests.support.terminal import Terminal


def stdio(hosts: Hosts, name: str) -> list[int]:
    """The processes of `agent --stdio` on a host."""
    return [
        process.pid
        for process in processes_of(hosts.environ(name))
        if "--stdio" in process.cmdline()
    ]


def leave(terminal: Terminal, hosts: Hosts, *names: str) -> None:
    terminal.press("q")
    assert terminal.wait() == 0
    for name in names:
        assert_no_process(hosts.environ(name))


def test_hosts_on_one_screen(hosts: Hosts, start: Start) -> None:
    hosts.add("ops-1", "m", "n")
    hosts.add("me@ops-2.example", "m")
    terminal = start("fleet", "--ssh", "ops-1", "--ssh", "me@ops-2.example", PATH=hosts.path)
    terminal.wait_for("●3")
    text = terminal.wait_for("▾ ops-1")
    assert "relay/m @ ops-2" in text, "without user and domain"
    assert "2 places" in text
    terminal.press("p")
    terminal.wait_for("‖3")
    terminal.press("p")
    terminal.wait_for("●3")
    leave(terminal, hosts, "ops-1", "me@ops-2.example")


def test_a_host_that_is_gone_and_back(hosts: Hosts, start: Start) -> None:
    hosts.add("ops-1")
    hosts.add("ops-2")
    terminal = start("fleet", "--ssh", "ops-1", "--ssh", "ops-2", PATH=hosts.path)
    terminal.wait_for("●2")
    (hosts.home("ops-2") / "refused").write_text(
        "ssh: connect to host ops-2 port 22: Connection refused\r\n"
    )
    (pid,) = stdio(hosts, "ops-2")
    os.kill(pid, signal.SIGKILL)
    text = terminal.wait_for("1 of 2 places unreachable: ops-2")
    assert "●1" in text
    terminal.wait_for("ops-2 unreachable: connection refused")
    (hosts.home("ops-2") / "refused").unlink()
    terminal.wait_for("ops-2 is reachable again after")
    terminal.wait_for("●2")
    leave(terminal, hosts, "ops-1", "ops-2")


def test_an_agent_that_runs_there_is_read(hosts: Hosts, start: Start) -> None:
    hosts.add("ops-1")
    with Agent(hosts.environ("ops-1")) as agent:
        agent.until(lambda: agent.probes(model="m") >= 20)
        terminal = start("fleet", "--ssh", "ops-1", PATH=hosts.path)
        text = terminal.wait_for("●1")
        assert "space on/off" not in text
        terminal.press("s")
        terminal.wait_for("snapshot saved")
        leave(terminal, hosts)
        until(lambda: not stdio(hosts, "ops-1"))
        before = agent.probes(model="m")
        agent.until(lambda: agent.probes(model="m") > before)


def test_a_screen_that_is_killed_leaves_nothing_on_the_hosts(hosts: Hosts, start: Start) -> None:
    hosts.add("ops-1")
    terminal = start("fleet", "--ssh", "ops-1", PATH=hosts.path)
    terminal.wait_for("●1")
    terminal.tree()[0].kill()
    terminal.wait()
    assert_no_process(hosts.environ("ops-1"))


def test_a_fleet_is_recorded_and_played_back(
    hosts: Hosts, start: Start, run: Run, tmp_path: Path
) -> None:
    hosts.add("ops-1")
    hosts.add("ops-2")
    path = tmp_path / "fleet.jsonl"
    arguments = ("--ssh", "ops-1", "--ssh", "ops-2", "--record", str(path))
    terminal = start("fleet", *arguments, PATH=hosts.path)
    terminal.wait_for("●2")
    leave(terminal, hosts, "ops-1", "ops-2")
    shown = json.loads(run("show", path, "--format", "json").stdout)
    assert {target["target"] for target in shown["targets"]} == {
        "relay/m @ ops-1",
        "relay/m @ ops-2",
    }
    assert all(target["ok"] for target in shown["targets"])


def test_what_goes_wrong_is_one_sentence_and_the_rest_goes_on(hosts: Hosts, start: Start) -> None:
    hosts.add("ops-1")
    for name, said in WRONG.items():
        home = hosts.add(name)
        (home / "refused").write_text(said)
    (hosts.add("bare") / "bin" / "relaytop").unlink()
    (hosts.add("motd") / "greeting").write_text("Welcome!\nYou have mail.\n")
    arguments = [
        part for name in (*WRONG, "bare", "motd", "ops-1", "nowhere") for part in ("--ssh", name)
    ]
    terminal = start("fleet", *arguments, PATH=hosts.path, rows=50)
    terminal.wait_for(lambda text: "●2" in text)
    terminal.press("l")
    for sentence in (
        "changed unreachable: its host key has changed",
        "asks unreachable: permission denied: ssh needs a key that works without a password",
        "bare unreachable: relaytop is not found there",
        "nowhere unreachable: its name cannot be resolved",
    ):
        terminal.wait_for(sentence)
    terminal.press("l")
    terminal.wait_for("space on/off")
    leave(terminal, hosts, "ops-1", "motd")


WRONG = {
    "changed": "@@@@\n@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\n@@@@\n"
    "Host key verification failed.\r\n",
    "asks": "me@asks: Permission denied (publickey,password).\r\n",
}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "no machine to watch"),
        (["--ssh", "-oProxyCommand=touch x"], "is not a host for ssh"),
        (["--ssh", "a b"], "is not a host for ssh"),
        (["--ssh", "ops-1", "--remote", "relaytop; true"], "is not a program's path"),
        (["--ssh", "ops-1", "--base-url", "http://x"], "--base-url cannot be used here"),
        (["--ssh", "ops-1"], "no terminal"),
        ([part for n in range(65) for part in ("--ssh", f"h{n}")], "at most 64"),
    ],
)
def test_what_cannot_be_is_refused(arguments: list[str], sentence: str, run: Run) -> None:
    done = run("fleet", *arguments)
    assert done.returncode == 2
    assert sentence in done.stderr
