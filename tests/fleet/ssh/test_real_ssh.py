"""The same over a real ssh to a real sshd on loopback, with keys made for the test."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.agents import Agent
from tests.support.endings import assert_no_process
from tests.support.hosts import Hosts
from tests.support.launch import Start
from tests.support.sshd import Sshd, needs_sshd

pytestmark = [pytest.mark.relay, needs_sshd]

NAMES = ("ops-1", "ops-2")


@pytest.fixture
def sshd(hosts: Hosts) -> Iterator[Sshd]:
    """Two hosts: the port at which one is logged in to tells which home is used."""
    for name in NAMES:
        hosts.add(name)
    with tempfile.TemporaryDirectory(prefix="rt") as folder, Sshd(Path(folder), NAMES) as found:
        cases = "".join(
            f'*" {port}") exec {hosts.home(name)}/run relaytop "$@";;\n'
            for name, port in found.ports.items()
        )
        program = hosts.bin / "relaytop-there"
        program.write_text(f'#!/bin/sh\ncase "$SSH_CONNECTION" in\n{cases}esac\n')
        program.chmod(0o755)
        yield found


def arguments(sshd: Sshd, hosts: Hosts) -> list[str]:
    """The command line of a fleet of both hosts."""
    remote = ["--remote", str(hosts.bin / "relaytop-there")]
    return [
        "fleet",
        *(part for name in NAMES for part in ("--ssh", name)),
        *remote,
        "--ssh-config",
        str(sshd.config_file),
    ]


def test_two_hosts_one_of_which_has_an_agent(sshd: Sshd, hosts: Hosts, start: Start) -> None:
    with Agent(hosts.environ("ops-2")) as agent:
        agent.until(lambda: agent.probes(model="m") >= 20)
        terminal = start(*arguments(sshd, hosts))
        text = terminal.wait_for("●2")
        assert "2 places" in text
        terminal.press("q")
        assert terminal.wait() == 0
        assert_no_process(hosts.environ("ops-1"))
        before = agent.probes(model="m")
        agent.until(lambda: agent.probes(model="m") > before)


@pytest.mark.parametrize(
    ("key", "host_key", "sentence"),
    [
        ("unknown_key", "host_key", "unreachable: permission denied: ssh needs a key"),
        ("user_key", "other_host_key", "unreachable: its host key has changed"),
    ],
)
def test_a_key_that_is_not_right(
    sshd: Sshd, hosts: Hosts, start: Start, key: str, host_key: str, sentence: str
) -> None:
    sshd.log_in_with(key)
    sshd.know_host_by(host_key)
    terminal = start(*arguments(sshd, hosts))
    for name in NAMES:
        terminal.wait_for(f"{name} {sentence}")
    terminal.press("q")
    assert terminal.wait() == 0


def test_a_server_that_is_gone(sshd: Sshd, hosts: Hosts, start: Start) -> None:
    terminal = start(*arguments(sshd, hosts))
    terminal.wait_for("●2")
    sshd.stop()
    terminal.wait_for("2 of 2 places unreachable: ops-1, ops-2")
    terminal.wait_for("unreachable: connection refused")
    terminal.press("q")
    assert terminal.wait() == 0
    for name in NAMES:
        assert_no_process(hosts.environ(name))
