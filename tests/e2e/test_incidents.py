"""What the screen and the agent saw is listed afterwards; the demo leaves nothing behind."""

from __future__ import annotations

import json
import signal
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.agents import Agent
from tests.support.server import ScriptedServer, error_reply

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.launch import Run, Start

KEY = "sk-incident-0123456789abcdef"


@pytest.fixture
def config(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "c.toml"
    with ScriptedServer(lambda _seen: error_reply(401, "bad key")) as server:
        path.write_text(
            f'interval = "200ms"\n[providers.relay]\nbase_url = "{server.base_url}"\n'
            'api_key_env = "A_KEY"\nmodels = ["m", "n"]\n'
        )
        yield path


def listed(run: Run) -> list[dict[str, Any]]:
    done = run("incidents", "--format", "json")
    assert done.returncode == 0
    found: list[dict[str, Any]] = json.loads(done.stdout)["incidents"]
    return found


def test_the_screen_keeps_them(start: Start, run: Run, config: Path) -> None:
    terminal = start("--config", str(config), A_KEY=KEY)
    terminal.wait_for("relay: 2 down, auth; alert firing")
    terminal.press("q")
    assert terminal.wait() == 0
    (found,) = listed(run)
    assert (found["key"], found["why"], found["peak_targets"]) == ("relay", "auth", 2)
    assert (found["peak_error_rate"], "ended_at" in found) == (1.0, False)


def test_the_agent_keeps_them(home: dict[str, str], run: Run, config: Path) -> None:
    with Agent({**home, "A_KEY": KEY}, "--config", str(config)) as agent:
        agent.wait_for_event("alert firing: relay")
        assert agent.end(signal.SIGTERM) == 0
    assert [found["key"] for found in listed(run)] == ["relay"]


def test_who_reads_an_agent_keeps_none_twice(
    home: dict[str, str], start: Start, run: Run, config: Path
) -> None:
    with Agent({**home, "A_KEY": KEY}, "--config", str(config)) as agent:
        agent.wait_for_event("alert firing: relay")
        terminal = start("--config", str(config), A_KEY=KEY)
        terminal.wait_for("AGENT")
        terminal.wait_for("alert firing")
        terminal.press("q")
        assert terminal.wait() == 0
        assert len(listed(run)) == 1
