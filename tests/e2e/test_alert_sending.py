"""Alerts that are sent from the screen: whatever the receivers do, it goes on and ends in time."""

from __future__ import annotations

import re
import signal
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

from tests.support.agents import until
from tests.support.server import Response, ScriptedServer, error_reply

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.launch import Start
    from tests.support.terminal import Terminal

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


def watching(start: Start, config: Path, hook: ScriptedServer, mark: str) -> Terminal:
    """Return a terminal whose alert hangs in a webhook and in a command."""
    command = f"sh -c 'sleep {mark} & wait'"
    terminal = start("--config", str(config), "--on-alert", command, A_KEY=KEY)
    terminal.wait_for("relay")
    until(lambda: terminal.read(0.05) >= 0 and hook.requests and sleepers(mark))
    return terminal


def assert_ended(terminal: Terminal, processes: list[psutil.Process]) -> None:
    """Nothing goes on, and nothing was told that must not be."""
    _gone, alive = psutil.wait_procs(processes[1:], timeout=60)
    assert not alive
    shown = bytes(terminal.raw)
    assert b"Traceback" not in shown
    assert b"sEcReT" not in shown
    assert KEY.encode() not in shown


def test_a_webhook_that_hangs_and_a_command_that_never_ends(
    start: Start, config: Path, hook: ScriptedServer
) -> None:
    terminal = watching(start, config, hook, "4741.5")
    processes = terminal.tree()
    terminal.press("s")
    terminal.wait_for("snapshot saved")
    terminal.press("q")
    assert terminal.wait() == 0
    assert_ended(terminal, processes)
    told = terminal.raw.decode(errors="replace")
    assert "relaytop: alert command sh: alert not sent: killed: relaytop exited" in told
    assert "relaytop: webhook 127.0.0.1: " in told


def test_a_signal_ends_them_and_saves_a_snapshot(
    start: Start, config: Path, hook: ScriptedServer, home: dict[str, str]
) -> None:
    terminal = watching(start, config, hook, "4715.5")
    processes = terminal.tree()
    processes[0].send_signal(signal.SIGHUP)
    assert terminal.wait() == 128 + signal.SIGHUP
    assert_ended(terminal, processes)
    (saved,) = Path(home["XDG_DATA_HOME"]).rglob("live-*.toml")
    assert tomllib.loads(saved.read_text())["targets"][0]["status"] == "down"


def test_a_terminal_that_is_gone_ends_them(
    start: Start, config: Path, hook: ScriptedServer
) -> None:
    terminal = watching(start, config, hook, "4742.5")
    processes = terminal.tree()
    terminal.close()
    assert terminal.wait() == 128 + signal.SIGHUP
    assert_ended(terminal, processes)


def post_to(config: Path, port: int) -> None:
    text = re.sub("webhook = .*", f'webhook = "http://127.0.0.1:{port}/sEcReT"', config.read_text())
    config.write_text(text)


@pytest.mark.parametrize(
    ("response", "words"),
    [
        (error_reply(403), "the server replied 403"),
        (Response(302, {"location": "http://127.0.0.1:1/"}), "redirects are not followed"),
    ],
)
def test_a_webhook_that_refuses_is_told_once(
    start: Start, config: Path, response: Response, words: str
) -> None:
    with ScriptedServer(lambda _seen: response) as refusing:
        post_to(config, refusing.port)
        terminal = start("--config", str(config), A_KEY=KEY)
        terminal.wait_for("webhook 127.0.0.1: alert not sent")
        assert words in terminal.text
        told = [(seen.json["key"], seen.json["severity"]) for seen in refusing.requests]
        assert len({*told}) == len(told), "no alert is sent twice"
        processes = terminal.tree()
        terminal.press("q")
        assert terminal.wait() == 0
        assert_ended(terminal, processes)


def test_a_webhook_that_is_not_there_does_not_hold_up_the_end(start: Start, config: Path) -> None:
    post_to(config, 1)
    terminal = start("--config", str(config), A_KEY=KEY)
    terminal.wait_for("alert firing")
    processes = terminal.tree()
    terminal.press("q")
    assert terminal.wait() == 0
    assert_ended(terminal, processes)
    told = terminal.raw.decode(errors="replace")
    assert "relaytop: webhook 127.0.0.1: alert not sent: cannot be reached" in told


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
