"""A small app on the driver, for a test to start in a terminal: `python sample.py ours|stock`."""

from __future__ import annotations

import os
import random
import signal
import sys
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.app import App, ComposeResult
from textual.drivers.linux_driver import LinuxDriver
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Static

from relaytop.tui.terminal.driver import TerminalDriver

HUNG_UP = 77


class Figures(Widget):
    """Rows of figures of which some change; with `noisy`, all of them."""

    DEFAULT_CSS = "Figures { height: 1fr; }"

    def __init__(self) -> None:
        super().__init__()
        self.dice = random.Random(1)
        self.noisy = False
        self.lines: dict[int, Strip] = {}

    def render_line(self, y: int) -> Strip:
        count = self.size.width // 10
        figures = (self.dice.random() for _ in range(count))
        colours = [Style(color="#d0d4dc"), Style(color="#7a7e85", bold=True)]
        old = self.lines.get(y)
        if old is None or self.noisy or self.dice.random() > 0.5:
            old = self.lines[y] = Strip(
                [Segment(f"{f:9.6f} ", colours[i % 2]) for i, f in enumerate(figures)]
            )
        return old


class Sample(App[int]):
    BINDINGS: ClassVar = [("n", "noise"), ("x", "count"), ("q", "leave"), ("ctrl+t", "shell")]
    CSS = "Static { height: 1; }"

    def compose(self) -> ComposeResult:
        yield Static("wide 漢字 emoji 🚀 marked e\u0301 ready", id="top")
        yield Static("ticks 0", id="ticks")
        yield Static("", id="count")
        yield Static("", id="size")
        yield Static("", id="behind")
        yield Figures()

    def on_mount(self) -> None:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)  # so that only the driver can tell
        self.ticks = self.count = 0
        self.set_interval(0.1, self.tick)

    def tick(self) -> None:
        self.ticks += 1
        blocking = all(map(os.get_blocking, (0, 1, 2)))
        self.query_one("#ticks", Static).update(f"ticks {self.ticks} blocking {blocking}")
        self.query_one("#count", Static).update(f"count {self.count}")
        self.query_one("#size", Static).update(f"size {self.size.width}x{self.size.height} end")
        self.query_one(Figures).refresh()

    def caught_up(self, behind_s: float) -> None:
        self.query_one("#behind", Static).update(f"behind {behind_s:.0f}")

    def action_noise(self) -> None:
        figures = self.query_one(Figures)
        figures.noisy = not figures.noisy

    def action_count(self) -> None:
        self.count += 1

    def action_leave(self) -> None:
        self.exit(0, return_code=5)

    def action_shell(self) -> None:
        with self.suspend():
            os.write(1, b"\r\nhello from a shell\r\n")

    def hangup(self) -> None:
        self.exit(HUNG_UP, return_code=HUNG_UP)


if __name__ == "__main__":
    app = Sample(driver_class=TerminalDriver if sys.argv[1] == "ours" else LinuxDriver)
    app.run()
    sys.exit(app.return_code)
