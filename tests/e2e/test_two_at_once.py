"""Two relaytops on one machine that probe the same targets: each says so while both run."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest

from tests.support.agents import Agent
from tests.support.server import ScriptedServer, chat_stream

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.launch import Start


@pytest.fixture
def config(tmp_path: Path) -> Iterator[Path]:
    with ScriptedServer(lambda _seen: chat_stream(3)) as server:
        path = tmp_path / "c.toml"
        path.write_text(
            f'interval = "1s"\n[providers.relay]\nbase_url = "{server.base_url}"\n'
            'api_key_env = "A_KEY"\nmodels = ["m", "n"]\n'
        )
        yield path


def test_two_screens(start: Start, config: Path) -> None:
    first = start("--config", str(config), A_KEY="k")
    first.wait_for("relay/n")
    second = start("--config", str(config), "--interval", "2s", A_KEY="k", columns=80, rows=24)
    second.wait_for(lambda text: f"pid {first.pid}" in text.splitlines()[0].lower())
    second.wait_for(f"pid {first.pid} probes these targets too")
    first.wait_for(f"also probed by pid {second.pid}")
    os.kill(second.pid, signal.SIGKILL)
    first.wait_for(lambda text: "also probed" not in text)
    first.wait_for(f"pid {second.pid} no longer probes")
    first.press("q")
    assert first.wait() == 0


def test_an_agent_and_a_screen_that_probes_itself(
    start: Start, home: dict[str, str], config: Path
) -> None:
    with Agent({**home, "A_KEY": "k"}, "--config", str(config)) as agent:
        agent.until(lambda: agent.probes(model="m") >= 1)
        reader = start("--config", str(config), A_KEY="k")
        reader.wait_for("AGENT")
        screen = start("--config", str(config), "--fresh", A_KEY="k")
        screen.wait_for(f"also probed by pid {agent.process.pid}")
        agent.wait_for_event(f"pid {screen.pid} probes these targets too: cost", 1)
        assert "also probed" not in reader.text
        screen.press("q")
        assert screen.wait() == 0
        agent.wait_for_event(f"pid {screen.pid} no longer probes", 1)
