"""The monitor in a real terminal, watching relays that mean harm."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from tests.hostile.behaviours import BEHAVIOURS, SHOWN
from tests.hostile.relay import GOOD, HostileRelay
from tests.hostile.secret import KEY, leaked_parts

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.launch import Start
    from tests.support.terminal import Terminal

COLUMNS, ROWS = 160, 90
GROWTH = 50e6
ATTACKS = ("escapes", "escapes_raw", "escapes_event", "key_whole", "key_in_part", "key_disguised")
FIRST_ROW = 2
FOREIGN_COLOUR = "010203"


def config(folder: Path, relay: HostileRelay, **lists: list[str]) -> str:
    """Write a config with a provider for each list, and return its path."""
    lines = ['interval = "2s"', 'timeout = "2s"', "budget = 1000"]
    for name, models in lists.items():
        lines += [f"[providers.{name}]", f'base_url = "{relay.base_url(name)}"']
        lines += ['api_key_env = "EVIL_KEY"', f"models = {json.dumps(models)}"]
    path = folder / "hostile.toml"
    path.write_text("\n".join(lines) + "\n")
    return str(path)


def assert_intact(terminal: Terminal, names: list[str]) -> None:
    """Every row is where it belongs, and nothing that the relay sent took effect."""
    rows = terminal.text.splitlines()
    assert len(rows) == ROWS
    assert re.match(r" (relaytop  )?( ?\d+ alerts?   ?)?● ?\d+ .* \d\d:\d\d:\d\d UTC$", rows[0])
    assert rows[1].split()[:4] == ["target", "P50", "P95", "P99"]
    assert rows[-1].startswith(" ? help  q quit")
    for row, name in zip(rows[FIRST_ROW:], names, strict=False):
        shown = re.match(r"[▌ ][○●✗▲][ !] (\S+)", row)
        assert shown, row
        start, shortened, end = shown[1].partition("…")
        assert name == start or (shortened and name.startswith(start) and name.endswith(end)), row
    cells = [cell for row in terminal.screen.buffer.values() for cell in row.values()]
    assert FOREIGN_COLOUR not in {colour for cell in cells for colour in (cell.fg, cell.bg)}
    assert_untouched(terminal)


def assert_untouched(terminal: Terminal) -> None:
    """No title, no clipboard, no colour, no key: in all the bytes since the start."""
    assert terminal.received == len(terminal.raw)
    assert "pwned" not in terminal.screen.title
    for attack in (b"pwned-title\x07", b"\x1b]0;", b"\x1b]52", b"38;2;1;2;3m", b"\xe2\x80\xae"):
        assert attack not in terminal.raw
    assert not leaked_parts(bytes(terminal.raw))
    assert not leaked_parts(terminal.text)


def assert_no_key_under(folder: Path) -> None:
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert any(path.name.startswith("live-") for path in files)
    for path in files:
        assert not leaked_parts(path.read_bytes()), path


def memory(terminal: Terminal) -> int:
    return sum(process.memory_full_info().uss for process in terminal.tree())


def test_every_behaviour_on_one_screen(start: Start, relay: HostileRelay, tmp_path: Path) -> None:
    models = [GOOD, *BEHAVIOURS]
    names = [f"huge/{name}" for name in models]
    path = config(tmp_path, relay, huge=models)
    terminal = start("--config", path, columns=COLUMNS, rows=ROWS, EVIL_KEY=KEY)
    terminal.wait_for(names[-1])
    terminal.wait_for("╌╌╌")  # the chart's library is loaded: no relay's doing
    before = memory(terminal)
    terminal.wait_for(lambda text: all(known(row) for row in text.splitlines()[2 : 2 + len(names)]))
    assert_intact(terminal, names)

    at = 0
    for name in ATTACKS:
        terminal.press(*"j" * (models.index(name) - at))
        at = models.index(name)
        terminal.wait_for(f"\n huge/{name}  ")
        assert_intact(terminal, names)

    terminal.press("a")
    terminal.wait_for("10000 match; first 500 shown")
    choose(terminal, "009999")
    terminal.wait_for(lambda text: "●  huge/vendor/model-009999" in text)

    terminal.press("s")
    terminal.wait_for("snapshot saved")
    assert_intact(terminal, names)
    assert memory(terminal) - before < GROWTH
    terminal.press("q")
    assert terminal.wait() == 0
    assert_untouched(terminal)
    assert relay.strangers == 0
    assert_no_key_under(tmp_path)


def choose(terminal: Terminal, words: str) -> None:
    """Filter the list of models down to one, choose it and start; each step when it is seen."""
    terminal.press(*words)
    terminal.wait_for(lambda text: text.count("unpriced") == 1)
    plain = ground(terminal)
    terminal.press("down")
    terminal.wait_for(lambda _text: ground(terminal) != plain)
    terminal.press(" ")
    terminal.wait_for("1 chosen")
    terminal.press("enter")


def ground(terminal: Terminal) -> str:
    """Return the background of the one model that is listed."""
    (row,) = [i for i, line in enumerate(terminal.screen.display) if "unpriced" in line]
    column = terminal.screen.display[row].index("unpriced")
    colour: str = terminal.screen.buffer[row][column].bg
    return colour


def known(row: str) -> bool:
    """Whether a target's row has its first result: an error rate."""
    return re.search(r" (0\.0|100)  .* \d+s  ", row) is not None


def test_ids_that_attack_the_list_of_models(
    start: Start, relay: HostileRelay, tmp_path: Path
) -> None:
    path = config(tmp_path, relay, escapes=[GOOD], never=[GOOD], with_key=[GOOD])
    terminal = start("--config", path, columns=COLUMNS, rows=ROWS, EVIL_KEY=KEY)
    terminal.wait_for("● 3 up")
    terminal.press("b", "b")
    terminal.wait_for("not grouped")
    terminal.press("a")
    terminal.wait_for("plain-id")
    text = terminal.wait_for("with_key/fair")
    assert f"escapes/evil- {SHOWN}"[:31] in text  # the list cuts long ids in the middle
    assert "never: fetching the model list from http://127.0.0.1" in text
    assert "with_key/model-" not in text
    assert_untouched(terminal)
    choose(terminal, "gnp")
    terminal.wait_for("● 4 up")
    terminal.press("s")
    terminal.wait_for("snapshot saved")
    assert_intact(terminal, [f"{name}/{GOOD}" for name in ("escapes", "never", "with_key")])
    terminal.press("q")
    assert terminal.wait() == 0
    assert_no_key_under(tmp_path)
