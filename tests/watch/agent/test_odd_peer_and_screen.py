"""The screen beside a peer on the agent's socket that says odd things."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from relaytop.config.fingerprint import fingerprint
from relaytop.config.flags import Flags
from relaytop.config.load import load_settings
from relaytop.protocol.codec import encode
from relaytop.protocol.messages import Notice
from tests.watch.agent.config_file import KEY
from tests.watch.agent.peers import Peer, history

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.launch import Run, Start


@pytest.fixture
def speaker(home: dict[str, str], config: Path) -> Iterator[Peer]:
    settings = load_settings(config=config, flags=Flags(), environ={"A_KEY": KEY})
    folder = Path(home["XDG_RUNTIME_DIR"]) / "relaytop"
    folder.mkdir(mode=0o700)
    with contextlib.closing(Peer(folder / f"agent-{fingerprint(settings)}.sock")) as found:
        yield found


def test_what_cannot_be_read_is_a_line_and_the_screen_probes_itself(
    speaker: Peer, config: Path, start: Start
) -> None:
    speaker.words = history()[0] + b'{"":"TargetHandover","target":7}\n'
    terminal = start("--config", str(config), A_KEY=KEY)
    terminal.wait_for("cannot be read: not a message")
    text = terminal.wait_for("●2")
    assert "AGENT" not in text
    terminal.press("q")
    assert terminal.wait() == 0


def test_a_bad_message_hangs_up_with_a_line_and_r_probes_here(
    speaker: Peer, config: Path, start: Start
) -> None:
    red = encode(Notice("info", "a\x1b]2;pwned\x07\x1b[31mb"))
    fields = json.loads(history()[1])
    novel = json.dumps({**fields, "novel": 1}).encode() + b"\n"
    lines = [history()[0], novel, *history()[2:], red, b'{"":"Hold","target":[]}\n']
    speaker.words = b"".join(lines)
    terminal = start("--config", str(config), A_KEY=KEY)
    terminal.wait_for("can no longer be read: not a message")
    assert b"pwned" not in terminal.raw
    terminal.press("r")
    terminal.wait_for("engine restarted")
    terminal.press("q")
    assert terminal.wait() == 0


def test_pick_says_so_and_probes(speaker: Peer, config: Path, run: Run) -> None:
    speaker.words = b"\xff\n"
    done = run("pick", "m", "-n", "1", "--config", config, environ={"A_KEY": KEY})
    assert done.returncode == 0
    assert "cannot be read: not a message" in done.stderr
    assert "probing instead" in done.stderr
