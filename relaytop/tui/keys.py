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
    group: Binding.Group,
    name: str,
    keys: str,
    action: str,
    label: str,
    tooltip: str,
    *,
    show: bool = True,
    priority: bool = False,
) -> Binding:
    """Return a binding; `name` is its id, for users' keymaps."""
    return Binding(
        keys, action, label, show=show, priority=priority, tooltip=tooltip, id=name, group=group
    )


BINDINGS: list[BindingType] = [
    _key(
        HELP,
        "help",
        "question_mark",
        "app.help",
        "help",
        "This page: the keys and what the signs mean",
    ),
    _key(HELP, "quit", "q", "app.quit", "quit", "Stop probing and leave"),
    _key(
        PROBE,
        "toggle",
        "space",
        "toggle_target",
        "on/off",
        "Stop or start probing the selected model",
    ),
    _key(PROBE, "add", "a", "app.add", "add", "Add models from a provider's list"),
    _key(PROBE, "pause", "p", "pause", "pause", "Pause or resume all probing"),
    _key(
        LOOK,
        "freeze",
        "f",
        "freeze",
        "freeze",
        "Hold the picture still; probing and counting go on",
    ),
    _key(KEEP, "snapshot", "s", "snapshot", "snapshot", "Save what is known now as a TOML file"),
    _key(
        LOOK,
        "zoom",
        "enter,z",
        "zoom",
        "zoom",
        "Give the selected target the whole screen, and back",
    ),
    _key(
        LOOK,
        "errors",
        "e",
        "open('errors')",
        "errors",
        "All failures of the selected target: whole messages, request ids",
    ),
    _key(LOOK, "log", "l", "open('log')", "log", "The whole event log"),
    _key(
        LOOK,
        "compare",
        "c",
        "open('compare')",
        "compare",
        "The same model at other providers, side by side",
    ),
    _key(LOOK, "theme", "t", "app.theme", "theme", "Next theme", show=False),
    _key(
        LOOK,
        "filter",
        "slash",
        "filter",
        "filter",
        "List only targets with these words in their name or status",
    ),
    _key(LOOK, "clear", "escape", "clear", "all rows", "List all targets again"),
    _key(LOOK, "order", "o", "sort", "order", "Order the rows by the next column"),
    _key(
        LOOK, "reverse", "O", "reverse", "reverse", "Turn the order of the rows round", show=False
    ),
    _key(
        LOOK,
        "window",
        "w",
        "window",
        "window",
        "Next window: the span of percentiles and error rate",
    ),
    _key(PROBE, "faster", "plus,equals_sign", "interval(-1)", "faster", "Probe more often"),
    _key(PROBE, "slower", "minus", "interval(1)", "slower", "Probe less often"),
    _key(
        PROBE, "budget", "dollar_sign", "app.budget", "budget", "Raise today's budget (asks first)"
    ),
    _key(LOOK, "down", "down,j", "move(1)", "down", "Next target", show=False),
    _key(LOOK, "up", "up,k", "move(-1)", "up", "Previous target", show=False),
    _key(LOOK, "first", "home,g", "move(-100000)", "first", "First target", show=False),
    _key(LOOK, "last", "end,G", "move(100000)", "last", "Last target", show=False),
    _key(
        PROBE,
        "restart",
        "r",
        "app.restart",
        "restart engine",
        "Start the engine again after it died",
    ),
]

REPLAY_BINDINGS: list[BindingType] = [
    _key(HELP, "replay.quit", "q", "app.quit", "quit", "Leave"),
    _key(LOOK, "replay.pause", "p", "pause", "pause", "Stop the recording, or let it go on"),
    _key(LOOK, "replay.back", "left", "seek(-60)", "-1m", "A minute back"),
    _key(LOOK, "replay.on", "right", "seek(60)", "+1m", "A minute on"),
    _key(LOOK, "replay.first", "home", "seek_first", "begin", "Its beginning", show=False),
    _key(LOOK, "replay.last", "end", "seek_last", "end", "Its end", show=False),
    _key(LOOK, "replay.top", "g", "move(-100000)", "first", "First target", show=False),
    _key(LOOK, "replay.bottom", "G", "move(100000)", "last", "Last target", show=False),
    # Stopping it does nearly the same, and a narrow footer has no room for both.
    _key(
        LOOK,
        "replay.freeze",
        "f",
        "freeze",
        "freeze",
        "Hold the picture still; the recording goes on",
        show=False,
    ),
]
"""Keys of a recording that is played, beside the monitor's own or in their place."""

APP_BINDINGS: list[BindingType] = [
    _key(
        HELP,
        "interrupt",
        "ctrl+c",
        "interrupt",
        "interrupt",
        "Leave at once, exit code 130",
        show=False,
        priority=True,
    )
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
