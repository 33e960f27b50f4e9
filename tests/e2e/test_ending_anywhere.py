"""Wherever one is, a hang-up, a signal and ^C end relaytop, and nothing is left of it or lost."""

from __future__ import annotations

import importlib
import os
import pkgutil
import signal
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from textual.screen import Screen

from relaytop.store.recording import Recording
from relaytop.tui import screens
from tests.e2e.counts import shows_up
from tests.e2e.ledgers import requests_in_ledger
from tests.support.endings import assert_no_process, assert_restored
from tests.support.recordings import minutes, record
from tests.support.samples import settings
from tests.support.server import Response, ScriptedServer, Seen, chat_stream, models_reply

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support.launch import Start
    from tests.support.terminal import Terminal

    Ending = Callable[[Terminal], int]
    """Ends it, and returns the exit code that there has to be."""


class Place(NamedTuple):
    """A place in the program: its screen, the keys that lead there, what is seen then."""

    screen: str
    keys: tuple[str, ...]
    seen: str


PLACES = {
    "monitor": Place("MonitorScreen", (), "? help"),
    "frozen": Place("MonitorScreen", ("f",), "FROZEN"),
    "filtering": Place("MonitorScreen", ("/gpt",), "gpt"),
    "zoomed": Place("MonitorScreen", ("z",), "v drawing"),
    "heat map": Place("MonitorScreen", ("z", "v", "v", "v"), "heat map"),
    "log": Place("LogPage", ("l",), "esc back"),
    "searching": Place("LogPage", ("l", "/up"), "up"),
    "failures": Place("ErrorsPage", ("e",), "esc back"),
    "comparison": Place("ComparePage", ("c",), "esc back"),
    "help": Place("HelpScreen", ("?",), "help: monitor"),
    "models": Place("ModelPicker", ("a",), "choose models"),
    "columns": Place("ColumnPicker", ("C",), "columns"),
    "budget": Place("BudgetScreen", ("$",), "budget"),
    "note": Place("NoteScreen", ("M",), "esc cancels"),
    "snooze": Place("SnoozeScreen", ("S",), "snooze"),
    "palette": Place("CommandSearch", ("\x10",), "Search for commands"),
}


def hang_up(terminal: Terminal) -> int:
    os.kill(terminal.pid, signal.SIGHUP)
    return 128 + signal.SIGHUP


def terminate(terminal: Terminal) -> int:
    os.kill(terminal.pid, signal.SIGTERM)
    return 128 + signal.SIGTERM


def close(terminal: Terminal) -> int:
    terminal.close()
    return 128 + signal.SIGHUP


def interrupt(terminal: Terminal) -> int:
    terminal.press("^c")
    return 130


ENDINGS = [hang_up, terminate, close, interrupt]
IN_EVERY_WAY = ("models",)
"""A dialog with a field that takes text."""
ENDED = [
    (name, end)
    for i, name in enumerate(PLACES)
    for end in (ENDINGS if name in IN_EVERY_WAY else [ENDINGS[i % len(ENDINGS)]])
]
"""Place and ending: the others end in one way each, in turn."""


def assert_it_ends(terminal: Terminal, home: dict[str, str], end: Ending) -> None:
    """It ends as it should, with a whole snapshot where there is nobody to ask for one."""
    code = end(terminal)
    assert terminal.wait() == code
    assert_no_process(home)
    if end is not close:
        assert_restored(terminal)
    assert b"Traceback" not in terminal.raw


def snapshots(home: dict[str, str]) -> list[dict[str, object]]:
    folder = Path(home["XDG_DATA_HOME"]) / "relaytop" / "snapshots"
    found = list(folder.iterdir()) if folder.exists() else []
    return [tomllib.loads(path.read_text()) for path in found]


# ── while targets are probed ─────────────────────────────────────────────────


def answer(seen: Seen) -> Response:
    return models_reply(["gpt-4.1", "o3"]) if seen.method == "GET" else chat_stream(3)


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer(answer) as found:
        yield found


@pytest.fixture
def config(tmp_path: Path, server: ScriptedServer) -> Path:
    path = tmp_path / "c.toml"
    providers = "".join(
        f'[providers.{name}]\nbase_url = "{server.base_url}"\napi_key_env = "A_KEY"\n'
        'models = ["gpt-4.1"]\n'
        for name in ("relay", "direct")
    )
    path.write_text(f'interval = "500ms"\n{providers}')
    return path


def watch_and_end(
    start: Start, home: dict[str, str], config: Path, server: ScriptedServer, name: str, end: Ending
) -> None:
    recording = config.with_name("rec")
    terminal = start("--config", str(config), "--record", str(recording), A_KEY="k")
    terminal.wait_for(shows_up(2))
    for key in PLACES[name].keys:
        terminal.press(key)
        terminal.read(0.1)
    terminal.wait_for(PLACES[name].seen)
    assert_it_ends(terminal, home, end)
    probes = sum(seen.method == "POST" for seen in server.requests)
    assert requests_in_ledger(home) >= probes
    assert len(snapshots(home)) == (0 if end is interrupt else 1)
    with Recording(recording) as recorded:
        assert sum(1 for _ in recorded.samples()) >= probes - 2  # in flight at the end
        assert recorded.broken == 0


@pytest.mark.parametrize(("name", "end"), ENDED)
def test_each_screen_ends(
    start: Start, home: dict[str, str], config: Path, server: ScriptedServer, name: str, end: Ending
) -> None:
    watch_and_end(start, home, config, server, name, end)


def test_no_screen_is_forgotten() -> None:
    found = set()
    for module in pkgutil.iter_modules(screens.__path__, f"{screens.__name__}."):
        for kind in vars(importlib.import_module(module.name)).values():
            if isinstance(kind, type) and issubclass(kind, Screen):
                found.add(kind)
    ours = {kind for kind in found if kind.__module__.startswith("relaytop.")}
    leaves = {kind.__name__ for kind in ours if not any(kind in sub.__bases__ for sub in ours)}
    others = {"ReplayScreen", "PastScreen"}
    assert leaves == {place.screen for place in PLACES.values()} - {"MonitorScreen"} | others


# ── the first run, and a recording ───────────────────────────────────────────────


@pytest.mark.parametrize("end", [hang_up, interrupt])
def test_in_the_list_of_the_first_run(
    start: Start, home: dict[str, str], server: ScriptedServer, end: Ending
) -> None:
    terminal = start(OPENAI_API_KEY="k", OPENAI_BASE_URL=server.base_url)
    terminal.wait_for("openai/o3")
    assert_it_ends(terminal, home, end)
    assert not any(seen.method == "POST" for seen in server.requests)


@pytest.mark.parametrize(("keys", "end"), [("", hang_up), ("z", interrupt)])
def test_in_a_recording(
    start: Start, home: dict[str, str], tmp_path: Path, keys: str, end: Ending
) -> None:
    names = ("relay/m", "direct/m")
    path = record(tmp_path / "rec", *minutes(2, names), watched=settings(*names))
    before = path.read_bytes()
    terminal = start("replay", str(path))
    terminal.wait_for("relay")
    if keys:
        terminal.press(keys)
        terminal.wait_for("v drawing")
    assert_it_ends(terminal, home, end)
    assert not snapshots(home)
    assert path.read_bytes() == before
