"""A command gets an alert's facts, is bounded, and leaves no process behind."""

import json
import os
from collections.abc import Sequence
from pathlib import Path

import psutil
import pytest

from relaytop.watch.notify.channel import Closing, Undelivered
from relaytop.watch.notify.command import CommandChannel
from tests.support.agents import until
from tests.support.alerts import FIRING
from tests.watch.notify.closing import NoWaits

ENVIRON = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}


def run(command: Sequence[str], timeout_s: float = 10.0) -> Undelivered | None:
    channel = CommandChannel(command, ENVIRON, "ops-1", timeout_s=timeout_s)
    return channel.deliver(FIRING, NoWaits())


def sh(script: str, timeout_s: float = 10.0) -> Undelivered | None:
    return run(["sh", "-c", script], timeout_s)


def sleepers(mark: str) -> list[psutil.Process]:
    return [p for p in psutil.process_iter(["cmdline"]) if mark in (p.info["cmdline"] or [])]


def test_the_facts_are_in_the_environment_and_on_stdin(tmp_path: Path) -> None:
    assert sh(f"env > {tmp_path}/env; cat > {tmp_path}/stdin") is None
    environ = (tmp_path / "env").read_text()
    for line in ("KEY=holysheep", "STATE=firing", "SEVERITY=down", "WHY=timeout", "OF=3"):
        assert f"RELAYTOP_ALERT_{line}\n" in environ
    document = json.loads((tmp_path / "stdin").read_text())
    assert document["targets"] == list(FIRING.targets)


def test_its_arguments_are_no_shells(tmp_path: Path) -> None:
    assert run(["touch", f"{tmp_path}/$HOME;x"]) is None
    assert [path.name for path in tmp_path.iterdir()] == ["$HOME;x"]


def test_one_that_does_not_read_its_input() -> None:
    assert sh("exec true <&-") is None


def test_one_that_fails_and_says_why() -> None:
    assert sh("echo first; echo 'no \x1b[31mroute' >&2; exit 7") == (
        "exit code 7",
        "no route",
    )
    assert sh("kill -9 $$") == ("ended by signal 9", "")


def test_its_words_are_shown_without_keys() -> None:
    assert sh("echo pager_key=sk-abcdefgh12345678; exit 1") == ("exit code 1", "pager_key=••••")
    assert sh("echo POST https://h.example/T0/x; exit 1") == (
        "exit code 1",
        "POST https://h.example/••••",
    )


def test_one_that_prints_without_end_is_ended() -> None:
    assert sh("yes") == ("killed: it printed more than 64 KiB", "")


def test_one_that_never_ends_is_ended_with_all_that_it_started() -> None:
    failure = sh("sleep 4721.5 & sleep 4721.5", timeout_s=0.3)
    assert failure == ("killed after 0.3 s", "")
    until(lambda: not sleepers("4721.5"))


def test_at_the_end_of_relaytop_it_is_ended() -> None:
    closing = Closing()
    closing.begin(0.2)
    channel = CommandChannel(["sh", "-c", "sleep 4722.5 & wait"], ENVIRON, "ops-1")
    assert channel.deliver(FIRING, closing) == ("killed: relaytop exited or reloaded", "")
    until(lambda: not sleepers("4722.5"))


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (["/no/such"], "No such file or directory"),
        (["/etc/passwd"], "Permission denied"),
        (["true", "\0"], "embedded null byte"),
    ],
)
def test_one_that_cannot_be_run(command: list[str], reason: str) -> None:
    assert run(command) == (f"cannot be run: {reason}", "")


def test_its_name_in_the_log_is_the_programs() -> None:
    assert CommandChannel(["/usr/bin/page", "x"], {}, "h").name == "alert command page"
    assert "sk-" not in CommandChannel(["sk-abcdefgh12345678"], {}, "h").name
