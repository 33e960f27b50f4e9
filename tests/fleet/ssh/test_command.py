"""The command line of ssh: nothing in it is an option or a shell's word that is not ours."""

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.fleet.ssh.command import SshOptions, ssh_command


def test_the_command() -> None:
    command = ssh_command("me@ops-1", SshOptions())
    assert command[0] == "ssh"
    assert command[-3:] == ("--", "me@ops-1", "relaytop agent --stdio")
    assert "BatchMode=yes" in command
    assert "RemoteCommand=none" in command
    assert "-F" not in command


def test_another_config_and_another_path() -> None:
    options = SshOptions(program="/opt/relaytop/bin/relaytop", config_file="/etc/ssh/x")
    command = ssh_command("ops-1", options)
    assert command[command.index("-F") + 1] == "/etc/ssh/x"
    assert command[-1] == "/opt/relaytop/bin/relaytop agent --stdio"


@given(st.text(max_size=20))
def test_whatever_is_written_is_one_host_or_refused(text: str) -> None:
    try:
        command = ssh_command(text, SshOptions())
    except ValueError:
        return
    assert command[-3:] == ("--", text, "relaytop agent --stdio")
    assert not text.startswith("-")
    assert shlex.split(text) == [text], "a shell that a proxy command is run by sees one word"


@given(st.text(max_size=20))
def test_whatever_is_written_is_one_program_or_refused(text: str) -> None:
    try:
        command = ssh_command("ops-1", SshOptions(program=text))
    except ValueError:
        return
    assert shlex.split(command[-1]) == [text, "agent", "--stdio"]


@pytest.mark.parametrize("host", ["-oProxyCommand=x", "a\x00b", "a b"])
def test_what_is_no_host_is_refused(host: str) -> None:
    with pytest.raises(ValueError, match="is not a host"):
        ssh_command(host, SshOptions())
