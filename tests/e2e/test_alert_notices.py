"""What a terminal gets when alerts fire, get worse and end: bell, title, desktop notification."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import pytest

from tests.support.agents import Agent, until
from tests.support.server import ScriptedServer, chat_reply, error_reply

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.launch import Start
    from tests.support.server import Response, Seen
    from tests.support.terminal import Terminal

KEY = "sk-notice-0123456789abcdef"
PUSH, POP = b"\x1b[22;2t", b"\x1b[23;2t"
TITLE = "\x1b]2;▲1 relaytop\x07".encode()
_STRING = re.compile(rb"\x1b[\]P].*?(?:\x07|\x1b\\)", re.DOTALL)


class Relay:
    """Refuses the key once a test says so."""

    def __init__(self) -> None:
        self.refuses = False

    def __call__(self, _seen: Seen) -> Response:
        return error_reply(401, "bad key") if self.refuses else chat_reply()


@pytest.fixture
def relay() -> Relay:
    return Relay()


@pytest.fixture
def config(tmp_path: Path, relay: Relay) -> Iterator[Path]:
    with ScriptedServer(relay) as server:
        yield write(tmp_path / "c.toml", server, "")


def write(path: Path, server: ScriptedServer, alerts: str) -> Path:
    path.write_text(
        f'interval = "200ms"\n{alerts}\n[providers.relay]\nbase_url = "{server.base_url}"\n'
        'api_key_env = "A_KEY"\nmodels = ["m", "n"]\n[probe]\nstream = false\n'
    )
    return path


def bells(terminal: Terminal) -> int:
    """How often it rang: a BEL that ends a string is none."""
    return _STRING.sub(b"", bytes(terminal.raw)).count(b"\x07")


def fire(terminal: Terminal, relay: Relay) -> None:
    terminal.wait_for("up")
    relay.refuses = True
    terminal.wait_for("alert firing")
    terminal.wait_for(" 1 alert ")
    terminal.read(0.5)


def test_one_outage_rings_once(start: Start, relay: Relay, config: Path) -> None:
    terminal = start("--config", str(config), A_KEY=KEY)
    terminal.wait_for("relay")
    assert PUSH not in terminal.raw
    assert bells(terminal) == 0
    fire(terminal, relay)
    raw = bytes(terminal.raw)
    assert bells(terminal) == 1
    assert PUSH + TITLE in raw
    (words,) = re.findall(rb"\x1b\]9;(.*?)\x07", raw)
    assert re.fullmatch(rb"relaytop on \S+: relay: [12] of 2 targets down \(auth\)", words)
    terminal.wait_for(lambda text: re.search(r"^.✗! relay/m ", text, re.MULTILINE) is not None)
    terminal.press("q")
    assert terminal.wait() == 0
    raw = bytes(terminal.raw)
    assert raw.rindex(b"\x1b]2;\x07" + POP) > raw.rindex(TITLE)
    assert KEY.encode() not in raw


@pytest.mark.parametrize(
    ("around", "begin"),
    [("TMUX", b"\x1bPtmux;\x1b\x1b]9;relaytop on "), ("STY", b"\x1bP\x1b]9;relaytop on ")],
)
def test_it_goes_through_tmux_and_screen(
    start: Start, relay: Relay, config: Path, around: str, begin: bytes
) -> None:
    sessions = {name: "1.x" if name == around else "" for name in ("TMUX", "STY")}
    terminal = start("--config", str(config), columns=120, rows=36, A_KEY=KEY, **sessions)
    fire(terminal, relay)
    assert begin in terminal.raw
    assert bells(terminal) == 1


def test_each_has_its_switch(start: Start, relay: Relay, tmp_path: Path) -> None:
    off = "[alerts]\nbell = false\ntitle = false\nnotify = false"
    with ScriptedServer(relay) as server:
        terminal = start("--config", str(write(tmp_path / "c", server, off)), A_KEY=KEY)
        fire(terminal, relay)
        terminal.press("q")
        assert terminal.wait() == 0
    assert bells(terminal) == 0
    assert PUSH not in terminal.raw
    assert POP not in terminal.raw
    assert b"\x1b]9;" not in terminal.raw


def test_acknowledged_it_is_shown_and_does_not_ring(
    start: Start, relay: Relay, config: Path
) -> None:
    terminal = start("--config", str(config), A_KEY=KEY)
    fire(terminal, relay)
    terminal.press("A")
    terminal.wait_for("acknowledged: relay; no bell until it resolves")
    terminal.wait_for(lambda text: " 1 ack " in text and "1 alert" not in text)
    terminal.wait_for(lambda text: re.search(r"^.✗a relay/m ", text, re.MULTILINE) is not None)
    until(lambda: terminal.read(0.05) >= 0 and b"\x1b]2;relaytop\x07" in terminal.raw)
    assert bells(terminal) == 1


def test_a_snoozed_provider_rings_not_at_all(start: Start, relay: Relay, config: Path) -> None:
    terminal = start("--config", str(config), A_KEY=KEY, columns=80, rows=24)
    terminal.wait_for("up")
    terminal.press("S")
    terminal.wait_for("snooze relay/m ")
    terminal.press("p")
    terminal.wait_for("snooze relay ")
    terminal.press("1")
    terminal.wait_for("snoozed until ")
    relay.refuses = True
    terminal.wait_for(lambda text: "(snoozed)" in text or "1 snoozed" in text)
    terminal.read(0.5)
    assert bells(terminal) == 0
    assert PUSH not in terminal.raw


def test_what_fires_when_one_attaches_is_shown_and_no_news(
    home: dict[str, str], start: Start, relay: Relay, config: Path
) -> None:
    relay.refuses = True
    with Agent({**home, "A_KEY": KEY}, "--config", str(config)) as agent:
        agent.wait_for_event("alert firing: relay")
        terminal = start("--config", str(config), A_KEY=KEY)
        terminal.wait_for("AGENT")
        terminal.wait_for(" 1 alert ")
        terminal.read(1.0)
        assert bells(terminal) == 0
        assert b"\x1b]9;" not in terminal.raw
        assert TITLE in terminal.raw
        terminal.press("A")
        terminal.wait_for("acknowledged: relay")
        terminal.wait_for("this screen only; the agent still sends notifications")


def test_a_terminal_that_does_not_read_gets_them_when_it_does(
    start: Start, relay: Relay, config: Path, tmp_path: Path
) -> None:
    recording = tmp_path / "rec"
    terminal = start("--config", str(config), "--record", str(recording), A_KEY=KEY)
    terminal.wait_for("up")
    for _ in range(12):  # each repaints all of the screen: more than a pty holds
        terminal.press("t")
        time.sleep(0.1)
    relay.refuses = True
    until(lambda: b'"auth"' in recording.read_bytes())
    time.sleep(1.0)
    before = len(terminal.raw)
    terminal.wait_for(" 1 alert ")
    terminal.read(0.5)
    assert len(terminal.raw) > before
    assert bells(terminal) == 1
    assert TITLE in terminal.raw
    assert terminal.raw.count(b"\x1b]9;relaytop on ") == 1
