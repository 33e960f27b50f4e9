"""Alerts that are sent from the screen: whatever the receivers do, it goes on and ends in time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psutil
import pytest

from tests.support.agents import until
from tests.support.server import Response, ScriptedServer, error_reply

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.launch import Start

KEY = "sk-screen-0123456789abcdef"


@pytest.fixture
def hook() -> Iterator[ScriptedServer]:
    with ScriptedServer(lambda _seen: Response(silent=True)) as found:
        yield found


@pytest.fixture
def config(tmp_path: Path, hook: ScriptedServer) -> Iterator[Path]:
    path = tmp_path / "c.toml"
    with ScriptedServer(lambda _seen: error_reply(401, "bad key")) as server:
        path.write_text(
            f'interval = "200ms"\n[alerts]\nwebhook = "http://127.0.0.1:{hook.port}/sEcReT"\n'
            f'[providers.relay]\nbase_url = "{server.base_url}"\napi_key_env = "A_KEY"\n'
            'models = ["m"]\n'
        )
        yield path


def sleepers(mark: str) -> list[psutil.Process]:
    return [p for p in psutil.process_iter(["cmdline"]) if mark in (p.info["cmdline"] or [])]


def test_a_webhook_that_hangs_and_a_command_that_never_ends(
    start: Start, config: Path, hook: ScriptedServer
) -> None:
    command = "sh -c 'sleep 4741.5 & wait'"
    terminal = start("--config", str(config), "--on-alert", command, A_KEY=KEY)
    terminal.wait_for("relay")
    until(lambda: terminal.read(0.05) >= 0 and hook.requests and sleepers("4741.5"))
    processes = terminal.tree()
    terminal.press("s")
    terminal.wait_for("snapshot saved")
    terminal.press("q")
    assert terminal.wait() == 0
    until(lambda: not sleepers("4741.5"))
    _gone, alive = psutil.wait_procs(processes[1:], timeout=5)
    assert not alive
    assert b"sEcReT" not in terminal.raw
    assert KEY.encode() not in terminal.raw


def test_a_command_that_fails_is_told_in_the_log(start: Start, config: Path) -> None:
    command = "sh -c 'echo no route to the pager >&2; exit 3'"
    terminal = start("--config", str(config), "--on-alert", command, A_KEY=KEY)
    terminal.wait_for("alert command sh: alert not sent: exit code 3: no route to the pager")
    terminal.press("q")
    assert terminal.wait() == 0


def test_one_that_cannot_be_run(start: Start, config: Path) -> None:
    terminal = start("--config", str(config), "--on-alert", "/no/such/page -x", A_KEY=KEY)
    terminal.wait_for("alert command page: alert not sent: cannot be run: No such file")
    terminal.press("q")
    assert terminal.wait() == 0
