"""An engine that is killed, stopped, starved or late: said, survived, and nothing is lost."""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING

import psutil
import pytest

from relaytop.store.recording import Recording
from tests.e2e.counts import shows_up
from tests.e2e.ledgers import assert_all_in_ledger, requests_in_ledger
from tests.support.agents import until
from tests.support.endings import assert_no_process, assert_restored
from tests.support.injection import Injection
from tests.support.server import ScriptedServer, chat_stream

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.launch import Start
    from tests.support.terminal import Terminal

TARGETS = 2


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer(lambda _seen: chat_stream(3)) as found:
        yield found


@pytest.fixture
def config(tmp_path: Path, server: ScriptedServer) -> Path:
    path = tmp_path / "c.toml"
    path.write_text(
        f'interval = "250ms"\n[providers.relay]\nbase_url = "{server.base_url}"\n'
        'api_key_env = "A_KEY"\nmodels = ["m", "n"]\n'
    )
    return path


def engine_of(terminal: Terminal) -> psutil.Process:
    return next(p for p in terminal.tree() if "relaytop.engine" in p.cmdline())


def settle(terminal: Terminal, home: dict[str, str], server: ScriptedServer) -> None:
    """Pause all probing, and wait until the ledger has every request that was sent."""
    terminal.press("p")
    terminal.wait_for("all probing paused")

    def is_settled() -> bool:
        terminal.read(0.2)
        return requests_in_ledger(home) == len(server.requests)

    until(is_settled, lambda: f"{requests_in_ledger(home)} of {len(server.requests)}")


def leave(terminal: Terminal, home: dict[str, str], server: ScriptedServer) -> None:
    terminal.press("q")
    assert terminal.wait() == 0
    assert_restored(terminal)
    assert_no_process(home)
    assert_all_in_ledger(home, server)


def test_killed_it_loses_nothing_that_was_written_and_goes_on(
    start: Start, home: dict[str, str], config: Path, server: ScriptedServer, tmp_path: Path
) -> None:
    recording = tmp_path / "rec"
    terminal = start("--config", str(config), "--record", str(recording), A_KEY="k")
    terminal.wait_for(shows_up(TARGETS))
    settle(terminal, home, server)
    engine_of(terminal).kill()
    terminal.wait_for("engine killed (SIGKILL; out of memory?)")
    sent = len(server.requests)
    terminal.press("r")
    terminal.wait_for("engine restarted")
    terminal.press("p")
    until(lambda: terminal.read(0.1) >= 0 and len(server.requests) > sent + 3)
    settle(terminal, home, server)
    leave(terminal, home, server)
    with Recording(recording) as recorded:
        assert sum(1 for _ in recorded.samples()) == len(server.requests)
        assert recorded.broken == 0


def test_stopped_and_continued(
    start: Start, home: dict[str, str], config: Path, server: ScriptedServer
) -> None:
    terminal = start("--config", str(config), A_KEY="k")
    terminal.wait_for(shows_up(TARGETS))
    engine = engine_of(terminal)
    engine.suspend()
    terminal.wait_for("no report from the engine")
    terminal.press("?")
    terminal.wait_for("help: monitor")  # keys are answered meanwhile
    terminal.press("escape")
    terminal.wait_for("no report from the engine")
    sent = len(server.requests)
    engine.resume()
    terminal.wait_for("the engine is reporting again")
    until(lambda: terminal.read(0.1) >= 0 and len(server.requests) > sent)
    terminal.wait_for(shows_up(TARGETS))
    assert "down" not in terminal.text.split("events")[0].replace("0 down", "")
    settle(terminal, home, server)
    leave(terminal, home, server)


@pytest.mark.parametrize("ending", ["q", "TERM"])
def test_one_that_is_stopped_ends_with_its_ledger_written(
    start: Start, home: dict[str, str], config: Path, server: ScriptedServer, ending: str
) -> None:
    terminal = start("--config", str(config), A_KEY="k")
    terminal.wait_for(shows_up(TARGETS))
    engine = engine_of(terminal)
    engine.suspend()
    until(lambda: engine.status() == psutil.STATUS_STOPPED)
    if ending == "q":
        terminal.press("q")
        assert terminal.wait() == 0
    else:
        psutil.Process(terminal.pid).terminate()
        assert terminal.wait() == 128 + signal.SIGTERM
    assert_restored(terminal)
    assert_no_process(home)
    assert_all_in_ledger(home, server, in_flight=TARGETS)


class Starved(threading.Thread):
    """Lets a process run for a tenth of the time; use it as a context manager."""

    def __init__(self, process: psutil.Process) -> None:
        super().__init__(daemon=True)
        self._process = process
        self._ends = threading.Event()

    def run(self) -> None:
        while not self._ends.wait(0.05):
            self._process.suspend()
            self._ends.wait(0.45)
            self._process.resume()

    def __enter__(self) -> None:
        self.start()

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        self.join()


def test_starved_of_the_cpu_it_is_slow_and_not_dead(
    start: Start, home: dict[str, str], config: Path, server: ScriptedServer
) -> None:
    terminal = start("--config", str(config), A_KEY="k")
    terminal.wait_for(shows_up(TARGETS))
    with Starved(engine_of(terminal)):
        sent = len(server.requests)
        until(lambda: terminal.read(0.1) >= 0 and len(server.requests) > sent + 10)
        terminal.press("l")
        terminal.wait_for("esc back")
        terminal.press("l")
        terminal.wait_for("? help")
        assert "relay/m" in terminal.text
        assert "engine died" not in terminal.text
        assert "▲0 ✗0" in terminal.text
    settle(terminal, home, server)
    leave(terminal, home, server)


def test_one_that_takes_long_to_start_holds_up_no_key(
    start: Start, home: dict[str, str], config: Path, server: ScriptedServer
) -> None:
    injection = Injection(home)
    injection.delay_engine(4.0)
    terminal = start("--config", str(config), columns=120, rows=36, A_KEY="k", **injection.environ)
    terminal.wait_for("relay/m")
    terminal.press("?")
    terminal.wait_for("help: monitor")
    assert not server.requests
    terminal.press("escape")
    terminal.wait_for(shows_up(TARGETS))
    settle(terminal, home, server)
    leave(terminal, home, server)


def test_one_that_has_not_begun_ends_with_its_screen(
    start: Start, home: dict[str, str], config: Path, server: ScriptedServer
) -> None:
    injection = Injection(home)
    injection.delay_engine(60.0)
    terminal = start("--config", str(config), columns=120, rows=36, A_KEY="k", **injection.environ)
    terminal.wait_for("relay/m")
    leave(terminal, home, server)
    assert not server.requests
