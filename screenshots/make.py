"""Makes the pictures and the recording of the README from the real program, in pseudo-terminals.

Run `python screenshots/make.py`: it takes four minutes on an idle machine, needs no key and
no network, and writes SVG files and asciinema recordings (`.cast`) beside this script. Names of
pictures or recordings as arguments make those alone, with what their terminals show besides.
"""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from cast import cast_of
from fleet import running_fleet
from picture import svg_of
from scenes import SHOWINGS, Showing
from terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

HERE = Path(__file__).parent
TERM = "xterm-256color"
AT_ONCE = 3
"""Terminals: more of them would make the host busy, and the pictures say so."""
KEY_S = 0.15
"""Between two keys, as a user has it."""
DRAWN_S = 1.0
"""Between a key or a size and the picture."""
PROGRAM = """
import sys
from functools import partial
from relaytop.cli.main import main
from relaytop.demo.child import DemoRelay
DemoRelay.spawn = partial(DemoRelay.spawn, at_s=float(sys.argv.pop(1)))
main()
"""
"""`relaytop`, whose demo, if it is one, begins at a second of its script."""


def make(showing: Showing, home: Path, folder: Path) -> None:
    """Show the demo, or a fleet, in a terminal; write its pictures and its recording.

    Args:
        showing: The terminal, and what happens in it.
        home: The home folder of the program.
        folder: Where the files go.
    """
    with contextlib.ExitStack() as stack:
        argv = [sys.executable, "-c", PROGRAM, str(showing.begin_s)]
        cut = _nothing
        if showing.command[0] == "fleet":
            servers = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            fleet = stack.enter_context(running_fleet(servers))
            argv += ["fleet", "--prometheus", fleet.prometheus, "--config", str(fleet.config)]
            cut = fleet.cut
        else:
            argv += [*showing.command]
        _show(showing, [*argv, *showing.flags], cut, home, folder)


def _show(
    showing: Showing, argv: Sequence[str], cut: Callable[[], None], home: Path, folder: Path
) -> None:
    """Run a program in a terminal, and press its keys.

    Args:
        showing: The terminal, and what happens in it.
        argv: The program and its arguments.
        cut: Breaks the fleet's last place.
        home: The home folder of the program.
        folder: Where the files go.
    """
    environ = {
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "PATH": os.environ["PATH"],
        "TERM": TERM,
        "COLORTERM": "truecolor",
    }
    with Terminal(argv, *showing.size, environ) as terminal:
        for step in showing.steps:
            terminal.read_until(step.at_s)
            if step.cut:
                cut()
            if step.size is not None:
                terminal.resize(*step.size)
            for key in step.keys:
                terminal.press(key)
                terminal.read_until(terminal.now_s + KEY_S)
            if step.picture is not None:
                terminal.read_until(terminal.now_s + DRAWN_S)
                svg = svg_of(terminal.grid, showing.title, step.picture)
                _write(folder / f"{step.picture}.svg", svg)
        outputs = [output for output in terminal.outputs if output.at_s <= showing.steps[-1].at_s]
    if showing.recording is not None:
        markers = [(step.at_s, step.marker) for step in showing.steps if step.marker]
        text = cast_of(outputs, size=showing.size, title=showing.title, term=TERM, markers=markers)
        _write(folder / f"{showing.recording}.cast", text)


def _nothing() -> None:
    """Break nothing: there is one place."""


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    print(path.name)


def main(names: set[str]) -> None:
    """Make everything, or what has one of these names."""
    wanted = [
        showing
        for showing in SHOWINGS
        if not names or names & {showing.recording, *(step.picture for step in showing.steps)}
    ]
    with tempfile.TemporaryDirectory() as home, ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda showing: make(showing, Path(home), HERE), wanted))


if __name__ == "__main__":
    main(set(sys.argv[1:]))
