"""A recording holds what was measured up to the end, however seldom the engine is read."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest

from relaytop.store.recording import Recording
from tests.e2e.counts import shows_up
from tests.support.agents import Agent, until
from tests.support.endings import assert_no_process, assert_restored
from tests.support.server import ScriptedServer, chat_reply

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.launch import Start

MODELS = [f"m{number}" for number in range(6)]
IN_FLIGHT = len(MODELS)
"""Probes that have no sample when it ends: replies come at once, so one of each target."""


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer(lambda _seen: chat_reply()) as found:
        yield found


@pytest.fixture
def config(tmp_path: Path, server: ScriptedServer) -> Path:
    path = tmp_path / "c.toml"
    path.write_text(
        f'interval = "100ms"\n[probe]\nstream = false\n[providers.relay]\n'
        f'base_url = "{server.base_url}"\napi_key_env = "A_KEY"\nmodels = {MODELS}\n'
    )
    return path


def samples_in(recording: Path) -> int:
    with Recording(recording) as recorded:
        count = sum(1 for _ in recorded.samples())
        assert recorded.broken == 0
    return count


@pytest.mark.parametrize(("number", "code"), [(None, 0), (signal.SIGTERM, 143)])
def test_of_a_frozen_screen(
    start: Start,
    home: dict[str, str],
    config: Path,
    server: ScriptedServer,
    number: signal.Signals | None,
    code: int,
) -> None:
    recording = config.with_name("rec")
    terminal = start("--config", str(config), "--record", str(recording), A_KEY="k")
    terminal.wait_for(shows_up(len(MODELS)))
    terminal.press("f")
    terminal.wait_for("FROZEN")
    terminal.read(1.5)
    before = len(server.requests)
    until(lambda: terminal.read(0.02) >= 0 and len(server.requests) > before + 2 * IN_FLIGHT)
    if number is None:
        terminal.press("q")
    else:
        os.kill(terminal.pid, number)
    assert terminal.wait() == code
    assert_restored(terminal)
    assert_no_process(home)
    assert samples_in(recording) >= len(server.requests) - IN_FLIGHT


def test_of_an_agent(home: dict[str, str], config: Path, server: ScriptedServer) -> None:
    recording = config.with_name("rec")
    with Agent({**home, "A_KEY": "k"}, "--config", str(config), "--record", str(recording)) as run:
        run.until(lambda: len(server.requests) > 4 * IN_FLIGHT)
        assert run.end(signal.SIGTERM) == 0
    assert_no_process(home)
    assert samples_in(recording) >= len(server.requests) - IN_FLIGHT
