"""The agent tells others of alerts: by a command, by a webhook, as the settings change."""

from __future__ import annotations

import json
import signal
from typing import TYPE_CHECKING

import psutil
import pytest

from tests.support.agents import Agent, until
from tests.support.server import Response, ScriptedServer, error_reply
from tests.watch.agent.config_file import KEY, write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.launch import Run


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer(lambda _seen: error_reply(401, "bad key")) as found:
        yield found


@pytest.fixture
def hook() -> Iterator[ScriptedServer]:
    with ScriptedServer(lambda _seen: Response(200)) as found:
        yield found


def url_of(hook: ScriptedServer) -> str:
    return f"http://127.0.0.1:{hook.port}/hook/sEcReT"


def test_a_command_and_a_webhook_are_told(
    home: dict[str, str], config: Path, server: ScriptedServer, hook: ScriptedServer, tmp_path: Path
) -> None:
    write(config, server, "m", "n", more=f'[alerts]\nwebhook = "{url_of(hook)}"')
    command = f"sh -c 'cat > {tmp_path}/told; env > {tmp_path}/env'"
    with Agent({**home, "A_KEY": KEY}, "--config", str(config), "--on-alert", command) as agent:
        agent.wait_for_event("alert firing")
        agent.until(lambda: hook.requests and (tmp_path / "env").exists())
        agent.until(lambda: "RELAYTOP_ALERT_KEY=relay\n" in (tmp_path / "env").read_text())
        scraped = agent.scrape()
        assert agent.end(signal.SIGTERM) == 0
        log = agent.log_text()
    told = json.loads((tmp_path / "told").read_text())
    posted = hook.requests[0].json
    assert told == posted
    assert (told["key"], told["why"], told["severity"], told["of"]) == ("relay", "auth", "down", 2)
    assert scraped.one("relaytop_alert_firing", alert="auth", provider="relay", model="") == 1
    assert len(hook.requests) == 1, "one outage is one alert"
    assert KEY not in (tmp_path / "env").read_text() + hook.requests[0].body.decode()
    assert "sEcReT" not in log


def test_a_reload_changes_where_they_go(
    home: dict[str, str], config: Path, server: ScriptedServer, hook: ScriptedServer
) -> None:
    with Agent({**home, "A_KEY": KEY}, "--config", str(config)) as agent:
        agent.wait_for_event("alert firing")
        write(config, server, "m", "n", "o", more=f'[alerts]\nwebhook = "{url_of(hook)}"')
        config.write_text(
            config.read_text() + '[providers.other]\nbase_url = "http://127.0.0.1:1"\n'
            'models = ["x"]\n'
        )
        agent.send(signal.SIGHUP)
        agent.wait_for_event("reloaded")
        agent.until(lambda: any(seen.json["provider"] == "other" for seen in hook.requests))


def test_a_receiver_that_fails_is_told_once_and_one_that_never_ends_is_ended(
    home: dict[str, str], config: Path, server: ScriptedServer
) -> None:
    write(config, server, "m", more='[alerts]\nwebhook = "http://127.0.0.1:1/sEcReT"')
    command = "sh -c 'sleep 4731.5 & wait'"
    with Agent({**home, "A_KEY": KEY}, "--config", str(config), "--on-alert", command) as agent:
        agent.until(lambda: sleepers("4731.5"))
        assert agent.end(signal.SIGTERM) == 0
        log = agent.log_text()
    until(lambda: not sleepers("4731.5"))
    assert log.count("alert command sh: alert not sent: killed: relaytop exited") == 1
    assert log.count("webhook 127.0.0.1: alert not sent: cannot be reached") == 1
    assert "sEcReT" not in log


def test_a_webhook_that_hangs_does_not_hold_up_the_agent_nor_its_end(
    home: dict[str, str], config: Path, server: ScriptedServer
) -> None:
    with ScriptedServer(lambda _seen: Response(silent=True)) as hanging:
        write(config, server, "m", more=f'[alerts]\nwebhook = "{url_of(hanging)}"')
        with Agent({**home, "A_KEY": KEY}, "--config", str(config)) as agent:
            agent.until(lambda: hanging.requests)
            failed = {"provider": "relay", "model": "m", "status": "error"}
            count = agent.scrape().one("ai_api_requests_total", **failed)
            engine = agent.engine()
            agent.send(signal.SIGHUP)
            agent.wait_for_event("reloaded")
            agent.until(lambda: agent.scrape().one("ai_api_requests_total", **failed) >= count)
            assert agent.end(signal.SIGTERM) == 0
            assert len(agent.snapshots()) == 1
            assert not agent.sockets()
            log = agent.log_text()
        psutil.wait_procs([engine], timeout=60)
        assert not engine.is_running()
    assert log.count("webhook 127.0.0.1: ") == 1
    assert "alert not sent: no answer in time" in log or "1 alert not sent: relaytop exited" in log
    assert "Traceback" not in log
    assert "sEcReT" not in log


def sleepers(mark: str) -> list[psutil.Process]:
    return [p for p in psutil.process_iter(["cmdline"]) if mark in (p.info["cmdline"] or [])]


@pytest.mark.parametrize("command", ["", " ", "page 'x"])
def test_a_command_line_that_is_none(run: Run, command: str) -> None:
    for before in ((), ("agent",)):
        done = run(*before, "--on-alert", command)
        assert done.returncode == 2
        assert "not a command; write it as" in done.stderr
