"""Every key of the monitor: help, the footer and user keymaps all come from here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.binding import Binding, BindingType

from relaytop.tui.draw.text_runs import line_width

if TYPE_CHECKING:
    from collections.abc import Iterable

    from relaytop.tui.draw.glyphs import Glyphs
    from relaytop.tui.draw.text_runs import Line

LOOK = Binding.Group("Look")
PROBE = Binding.Group("Probe")
KEEP = Binding.Group("Keep")
HELP = Binding.Group("relaytop")
GROUPS = (LOOK, PROBE, KEEP, HELP)


NAMES = {
    "question_mark": "?",
    "dollar_sign": "$",
    "plus": "+",
    "equals_sign": "=",
    "minus": "-",
    "slash": "/",
    "escape": "esc",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "ctrl+c": "^c",
}
"""Textual's name of a key → its label on a keyboard."""


def key_label(key: str, glyphs: Glyphs) -> str:
    """Return the label of a key, by Textual's name of it."""
    name = NAMES.get(key, key)
    return glyphs.arrows.get(name, name)


def _key(
    keys: str,
    action: str,
    label: str,
    tooltip: str,
    group: Binding.Group,
    *,
    name: str,
    show: bool = True,
    priority: bool = False,
) -> Binding:
    return Binding(
        keys,
        action,
        label,
        show=show,
        priority=priority,
        tooltip=tooltip,
        id=name,
        group=group,
    )


BINDINGS: list[BindingType] = [
    _key(
        "question_mark",
        "app.help",
        "help",
        "This page: the keys and what the signs mean",
        HELP,
        name="help",
    ),
    _key("q", "app.quit", "quit", "Stop probing and leave", HELP, name="quit"),
    _key(
        "space",
        "toggle_target",
        "on/off",
        "Stop or start probing the selected model",
        PROBE,
        name="toggle",
    ),
    _key("a", "app.add", "add", "Add models from a provider's list", PROBE, name="add"),
    _key("p", "pause", "pause", "Pause or resume all probing", PROBE, name="pause"),
    _key(
        "f",
        "freeze",
        "freeze",
        "Hold the picture still; probing and counting go on",
        LOOK,
        name="freeze",
    ),
    _key(
        "s", "snapshot", "snapshot", "Save what is known now as a TOML file", KEEP, name="snapshot"
    ),
    _key(
        "enter,z",
        "zoom",
        "zoom",
        "Give the selected target the whole screen, and back",
        LOOK,
        name="zoom",
    ),
    _key(
        "e",
        "open('errors')",
        "errors",
        "All failures of the selected target: whole messages, request ids",
        LOOK,
        name="errors",
    ),
    _key("l", "open('log')", "log", "The whole event log", LOOK, name="log"),
    _key(
        "c",
        "open('compare')",
        "compare",
        "The same model at other providers, side by side",
        LOOK,
        name="compare",
    ),
    _key("t", "app.theme", "theme", "Next theme", LOOK, name="theme", show=False),
    _key(
        "slash",
        "filter",
        "filter",
        "List only targets with these words in their name or status",
        LOOK,
        name="filter",
    ),
    _key("escape", "clear", "all rows", "List all targets again", LOOK, name="clear"),
    _key("o", "sort", "order", "Order the rows by the next column", LOOK, name="order"),
    _key(
        "O",
        "reverse",
        "reverse",
        "Turn the order of the rows round",
        LOOK,
        name="reverse",
        show=False,
    ),
    _key(
        "w",
        "window",
        "window",
        "Next window: the span of percentiles and error rate",
        LOOK,
        name="window",
    ),
    _key(
        "plus,equals_sign",
        "interval(-1)",
        "faster",
        "Probe more often",
        PROBE,
        name="faster",
    ),
    _key("minus", "interval(1)", "slower", "Probe less often", PROBE, name="slower"),
    _key(
        "dollar_sign",
        "app.budget",
        "budget",
        "Raise today's budget (asks first)",
        PROBE,
        name="budget",
    ),
    _key("down,j", "move(1)", "down", "Next target", LOOK, name="down", show=False),
    _key("up,k", "move(-1)", "up", "Previous target", LOOK, name="up", show=False),
    _key(
        "home,g",
        "move(-100000)",
        "first",
        "First target",
        LOOK,
        name="first",
        show=False,
    ),
    _key("end,G", "move(100000)", "last", "Last target", LOOK, name="last", show=False),
    _key(
        "r",
        "app.restart",
        "restart engine",
        "Start the engine again after it died",
        PROBE,
        name="restart",
    ),
]

REPLAY_BINDINGS: list[BindingType] = [
    _key("q", "app.quit", "quit", "Leave", HELP, name="replay.quit"),
    _key("p", "pause", "pause", "Stop the recording, or let it go on", LOOK, name="replay.pause"),
    _key("left", "seek(-60)", "-1m", "A minute back", LOOK, name="replay.back"),
    _key("right", "seek(60)", "+1m", "A minute on", LOOK, name="replay.on"),
    _key("home", "seek_first", "begin", "Its beginning", LOOK, name="replay.first", show=False),
    _key("end", "seek_last", "end", "Its end", LOOK, name="replay.last", show=False),
    _key("g", "move(-100000)", "first", "First target", LOOK, name="replay.top", show=False),
    _key("G", "move(100000)", "last", "Last target", LOOK, name="replay.bottom", show=False),
    _key(
        "f",
        "freeze",
        "freeze",
        "Hold the picture still; the recording goes on",
        LOOK,
        name="replay.freeze",
        show=False,  # stopping it does nearly the same, and a narrow footer has no room for both
    ),
]
"""Keys of a recording that is played, beside the monitor's own or in their place."""

APP_BINDINGS: list[BindingType] = [
    _key(
        "ctrl+c",
        "interrupt",
        "interrupt",
        "Leave at once, exit code 130",
        HELP,
        name="interrupt",
        show=False,
        priority=True,
    ),
]
"""Keys that work above every dialog."""


def footer_line(bindings: Iterable[Binding], width: int, glyphs: Glyphs) -> Line:
    """Draw the footer's keys as far as `width` cells carry them."""
    line: Line = [(" ", "text")]
    seen: set[str] = set()
    for binding in bindings:
        if not binding.show or binding.action in seen:
            continue
        seen.add(binding.action)
        item: Line = [
            (key_label(binding.key, glyphs), "accent"),
            (f" {binding.description}  ", "dim"),
        ]
        if line_width(line) + line_width(item) - 2 > width:
            break
        line += item
    return line
