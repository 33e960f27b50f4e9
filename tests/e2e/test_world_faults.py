"""A clock that is set and names that do not resolve: told, and over when they are over."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from relaytop.store.recording import Recording
from tests.e2e.counts import shows_down, shows_up
from tests.e2e.ledgers import assert_all_in_ledger, requests_in_ledger
from tests.support.agents import until
from tests.support.endings import assert_no_process, assert_restored
from tests.support.injection import HOST, Injection
from tests.support.server import ScriptedServer, chat_stream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support.launch import Start
    from tests.support.terminal import Terminal

HOUR_S = 3600
MODELS = [f"m{number}" for number in range(8)]


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    # It closes what is idle: each probe makes a connection, and looks up the name.
    with ScriptedServer(lambda _seen: chat_stream(3), idle_close_s=0.2) as found:
        yield found


@pytest.fixture
def injection(home: dict[str, str]) -> Injection:
    return Injection(home)


def write(path: Path, base_url: str, models: list[str], more: str = "") -> Path:
    path.write_text(
        f'interval = "500ms"\n{more}\n[providers.relay]\nbase_url = "{base_url}"\n'
        f'api_key_env = "A_KEY"\nmodels = {models}\n'
    )
    return path


def events(terminal: Terminal) -> str:
    return terminal.text.split("events")[-1]


def leave(terminal: Terminal, home: dict[str, str]) -> None:
    terminal.press("q")
    assert terminal.wait() == 0
    assert_restored(terminal)
    assert_no_process(home)


# ── the clock ────────────────────────────────────────────────────────────────


def shows_time(ahead_s: float) -> Callable[[str], bool]:
    """Return a test of a picture: the top line's clock is so far ahead of the true one."""

    def is_shown(text: str) -> bool:
        shown = datetime.strptime(text.splitlines()[0].split()[-2], "%H:%M:%S").replace(tzinfo=UTC)
        off_s = (shown - datetime.now(tz=UTC)).total_seconds() - ahead_s
        return (off_s + 30) % (24 * HOUR_S) < 60

    return is_shown


def test_an_hour_back_and_forth(
    start: Start,
    home: dict[str, str],
    server: ScriptedServer,
    injection: Injection,
    tmp_path: Path,
) -> None:
    config = write(tmp_path / "c.toml", server.base_url, MODELS[:2])
    recording = tmp_path / "rec"
    terminal = start(
        *("--config", str(config), "--record", str(recording)),
        columns=120,
        rows=36,
        A_KEY="k",
        **injection.environ,
    )
    terminal.wait_for(shows_up(2))
    for ahead_s, way in ((HOUR_S, "forward by 60m"), (-HOUR_S, "back by 2h")):
        injection.set_clock(ahead_s)
        terminal.wait_for(f"the system clock was set {way}")
        sent = len(server.requests)
        until(lambda: terminal.read(0.1) >= 0 and len(server.requests) > sent + 4)  # noqa: B023
        terminal.wait_for(shows_time(ahead_s))
        assert shows_up(2)(terminal.text)
    terminal.press("s")
    terminal.wait_for("snapshot saved:")
    terminal.press("p")
    terminal.wait_for("all probing paused")
    terminal.read(1.5)
    leave(terminal, home)
    assert_all_in_ledger(home, server)
    with Recording(recording) as recorded:
        samples = list(recorded.samples())
        assert len(samples) == len(server.requests)
        assert all(sample.ok for sample in samples)
        assert max(sample.latency_ms or 0.0 for sample in samples) < 60_000
        assert recorded.ended_at - recorded.began_at < HOUR_S
    (saved,) = Path(home["XDG_DATA_HOME"]).rglob("live-*.toml")
    document = tomllib.loads(saved.read_text())
    assert [target["status"] for target in document["targets"]] == ["up", "up"]
    behind_s = (datetime.now(tz=UTC) - document["taken_at"]).total_seconds()
    assert abs(behind_s - HOUR_S) < 120


# ── names ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("state", "why"), [("gone", "dns"), ("silent", "timeout")], ids=["gone", "silent"]
)
def test_names_that_do_not_resolve_for_a_while(
    start: Start,
    home: dict[str, str],
    server: ScriptedServer,
    injection: Injection,
    tmp_path: Path,
    state: str,
    why: str,
) -> None:
    url = f"http://{HOST}:{server.port}/v1"
    config = write(tmp_path / "c.toml", url, MODELS, 'timeout = "1s"')
    terminal = start("--config", str(config), columns=120, rows=36, A_KEY="k", **injection.environ)
    terminal.wait_for(shows_up(8))
    injection.set_resolver(state)
    terminal.wait_for(f"8 down, {why}")
    terminal.press("?")
    terminal.wait_for("help: monitor")
    terminal.press("escape")
    sent = len(server.requests)
    injection.set_resolver("")
    until(lambda: terminal.read(0.1) >= 0 and len(server.requests) > sent + 8)
    terminal.wait_for(shows_down(0))
    terminal.press("p")
    terminal.wait_for("all probing paused")
    terminal.read(2.0)
    leave(terminal, home)
    assert requests_in_ledger(home) >= len(server.requests)


def test_it_ends_while_names_are_looked_up(
    start: Start,
    home: dict[str, str],
    server: ScriptedServer,
    injection: Injection,
    tmp_path: Path,
) -> None:
    injection.set_resolver("silent")
    url = f"http://{HOST}:{server.port}/v1"
    config = write(tmp_path / "c.toml", url, MODELS)
    terminal = start("--config", str(config), columns=120, rows=36, A_KEY="k", **injection.environ)
    terminal.wait_for("8 in flight")
    leave(terminal, home)
    assert not server.requests
