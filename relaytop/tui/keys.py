"""Every key of the monitor: help, the footer and user keymaps all come from here."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from textual.binding import Binding, BindingType

from relaytop.tui.draw.text_runs import line_width
from relaytop.tui.key_names import key_label

if TYPE_CHECKING:
    from collections.abc import Iterable

    from relaytop.tui.draw.glyphs import Glyphs
    from relaytop.tui.draw.text_runs import Line

LOOK = Binding.Group("View")
PROBE = Binding.Group("Probe")
KEEP = Binding.Group("Save and copy")
ALERTS = Binding.Group("Alerts")
HELP = Binding.Group("General")
GROUPS = (LOOK, PROBE, ALERTS, KEEP, HELP)
FAR = 1_000_000
"""Lines, more than any page has."""


def _key(
    group: Binding.Group,
    name: str,
    keys: str,
    action: str,
    tooltip: str,
    *,
    label: str | None = None,
    show: bool = True,
    priority: bool = False,
) -> Binding:
    """Return a binding.

    Its id, for users' keymaps, is `name`, of the monitor where it names no other place; the label
    is the end of that where none is given.
    """
    return Binding(
        keys,
        action,
        label or name.rpartition(".")[2],
        show=show,
        priority=priority,
        tooltip=tooltip,
        id=name if "." in name else f"monitor.{name}",
        group=group,
    )


ZOOM_BINDINGS: list[BindingType] = [
    _key(
        LOOK, "zoom.drawing", "v", "zoom_drawing", "Next drawing: line, bands, histogram, heat map"
    ),
    _key(
        LOOK,
        "zoom.earlier",
        "left",
        "zoom_time(-1)",
        "Move back in time, to the oldest sample kept",
        label="time",
    ),
    _key(
        LOOK,
        "zoom.later",
        "right",
        "zoom_time(1)",
        "Move forward in time, up to now",
        label="time",
    ),
    _key(
        LOOK,
        "zoom.previous",
        "comma",
        "zoom_failure(-1)",
        "Previous failure, with the server's message",
        label="failure",
    ),
    _key(
        LOOK,
        "zoom.next",
        "full_stop",
        "zoom_failure(1)",
        "Next failure, with the server's message",
        label="failure",
    ),
    _key(
        LOOK,
        "zoom.shorter",
        "left_square_bracket",
        "zoom_range(-1)",
        "Shorter time range",
        label="range",
    ),
    _key(
        LOOK,
        "zoom.longer",
        "right_square_bracket",
        "zoom_range(1)",
        "Longer time range",
        label="range",
    ),
    _key(LOOK, "zoom.scale", "L", "zoom_scale", "Toggle log or linear scale", label="log"),
    _key(LOOK, "zoom.figure", "T", "zoom_figure", "Toggle TTFT or latency", label="TTFT"),
    _key(LOOK, "zoom.live", "end", "zoom_live", "Back to now", label="now"),
    _key(LOOK, "zoom.oldest", "home", "zoom_oldest", "Back to the oldest sample kept", show=False),
]
"""Keys of the chart while it is zoomed; they come before those that have the same key."""

BINDINGS: list[BindingType] = [
    _key(HELP, "help", "question_mark", "app.help", "This page: keys, columns, symbols"),
    _key(HELP, "quit", "q", "app.quit", "Stop probing and quit"),
    _key(
        ALERTS,
        "acknowledge",
        "A",
        "acknowledge",
        "Acknowledge the selected row's alert: no bell until it resolves; again to undo",
        label="ack",
    ),
    _key(
        ALERTS,
        "snooze",
        "S",
        "snooze",
        "Snooze the selected target or group: no bell, no notifications for a while",
        show=False,
    ),
    _key(
        PROBE,
        "toggle",
        "space",
        "toggle_target",
        "Stop or start probing the selected target or group",
        label="on/off",
    ),
    _key(PROBE, "add", "a", "app.add", "Add models from a provider's list"),
    _key(PROBE, "pause", "p", "pause", "Pause or resume all probing"),
    _key(LOOK, "freeze", "f", "freeze", "Freeze the screen; probing continues"),
    _key(KEEP, "snapshot", "s", "snapshot", "Save a snapshot of all figures (TOML)"),
    _key(
        KEEP,
        "copy",
        "y",
        "copy('target')",
        "Copy the selected target's state, last error and request id, for a ticket (OSC 52)",
        show=False,
    ),
    _key(
        KEEP,
        "copy_all",
        "Y",
        "copy('all')",
        "Copy one line for all targets: how many are down, since when and why",
        label="copy all",
        show=False,
    ),
    _key(KEEP, "note", "M", "note", "Add a note to the event log and the recording", show=False),
    _key(LOOK, "zoom", "enter,z", "zoom", "Zoom in on the selected target, or back"),
    _key(
        LOOK,
        "errors",
        "e",
        "open('errors')",
        "Failures of the selected target: full messages, request ids",
    ),
    _key(LOOK, "log", "l", "open('log')", "Event log"),
    _key(
        LOOK,
        "compare",
        "c",
        "open('compare')",
        "Compare the providers of the selected model",
    ),
    _key(LOOK, "theme", "t", "app.theme", "Next theme", show=False),
    _key(
        LOOK,
        "filter",
        "slash",
        "filter",
        "Filter: text, is:down, class:timeout, provider:x, !not",
    ),
    _key(
        LOOK,
        "clear",
        "escape",
        "clear",
        "Back: leave zoom, clear the filter",
        label="back",
    ),
    _key(LOOK, "group", "b", "group", "Group rows by place, provider, model, or not at all"),
    _key(
        LOOK,
        "next_failing",
        "n",
        "next_failing(1)",
        "Next target that is down or degraded",
        label="next failing",
    ),
    _key(
        LOOK,
        "previous_failing",
        "N",
        "next_failing(-1)",
        "Previous target that is down or degraded",
        label="previous failing",
        show=False,
    ),
    _key(
        LOOK, "worst_first", "W", "worst_first", "Sort worst first, or in config order", show=False
    ),
    _key(LOOK, "fold", "left", "fold(0)", "Fold the group", show=False),
    _key(LOOK, "unfold", "right", "fold(1)", "Unfold the group", show=False),
    _key(LOOK, "order", "o", "sort", "Sort by the next column"),
    _key(LOOK, "reverse", "O", "reverse", "Reverse the sort order", show=False),
    _key(LOOK, "columns", "C", "columns", "Choose the columns and their order", show=False),
    _key(
        LOOK,
        "mouse",
        "m",
        "app.mouse",
        "Mouse on or off (off: the terminal selects text)",
        show=False,
    ),
    _key(LOOK, "window", "w", "window", "Next window of percentiles and error rate"),
    _key(PROBE, "faster", "plus,equals_sign", "interval(-1)", "Probe more often"),
    _key(PROBE, "slower", "minus", "interval(1)", "Probe less often"),
    _key(PROBE, "budget", "dollar_sign", "app.budget", "Change today's budget (asks first)"),
    _key(
        LOOK,
        "link_rate",
        "B",
        "link_rate",
        "Show bytes per second sent to the terminal",
        label="bytes/s",
        show=False,
    ),
    _key(LOOK, "down", "down,j", "move(1)", "Next target", show=False),
    _key(LOOK, "up", "up,k", "move(-1)", "Previous target", show=False),
    _key(LOOK, "page_down", "pagedown", "page(1)", "One page down", label="page down", show=False),
    _key(LOOK, "page_up", "pageup", "page(-1)", "One page up", label="page up", show=False),
    _key(LOOK, "first", "home,g", "move(-100000)", "First target", show=False),
    _key(LOOK, "last", "end,G", "move(100000)", "Last target", show=False),
    _key(
        PROBE,
        "restart",
        "r",
        "app.restart",
        "Restart the engine after it died or stopped reporting",
        label="restart engine",
    ),
]

REPLAY_BINDINGS: list[BindingType] = [
    _key(HELP, "replay.quit", "q", "app.quit", "Leave"),
    _key(LOOK, "replay.pause", "p", "pause", "Pause or resume playback"),
    _key(LOOK, "replay.back", "left", "seek(-60)", "Back one minute", label="-1m"),
    _key(LOOK, "replay.on", "right", "seek(60)", "Forward one minute", label="+1m"),
    _key(LOOK, "replay.back_hour", "shift+left", "seek(-3600)", "Back one hour", show=False),
    _key(LOOK, "replay.on_hour", "shift+right", "seek(3600)", "Forward one hour", show=False),
    _key(
        LOOK,
        "replay.first",
        "home",
        "seek_first",
        "Start of the recording, or the moment of --at",
        label="begin",
        show=False,
    ),
    _key(
        LOOK,
        "replay.last",
        "end",
        "seek_last",
        "End of the recording, or now",
        label="end",
        show=False,
    ),
    _key(LOOK, "replay.top", "g", "move(-100000)", "First target", label="first", show=False),
    _key(LOOK, "replay.bottom", "G", "move(100000)", "Last target", label="last", show=False),
    # Stopping it does nearly the same, and a narrow footer has no room for both.
    _key(LOOK, "replay.freeze", "f", "freeze", "Freeze the screen; playback continues", show=False),
]
"""Keys of a recording that is played, or of a moment of the past, beside the monitor's own or in
their place."""

PAGE_BINDINGS: list[BindingType] = [
    _key(HELP, "page.help", "question_mark", "app.help", "This page: keys of the current view"),
    _key(LOOK, "page.close", "escape,q,enter,l,e,c", "dismiss", "Back to the monitor"),
    _key(LOOK, "page.down", "down,j", "scroll(1)", "One line down"),
    _key(LOOK, "page.up", "up,k", "scroll(-1)", "One line up"),
    _key(LOOK, "page.pagedown", "pagedown,space", "page(1)", "One page down"),
    _key(LOOK, "page.pageup", "pageup", "page(-1)", "One page up"),
    _key(LOOK, "page.first", "home,g", f"scroll(-{FAR})", "First line"),
    _key(LOOK, "page.last", "end,G", f"scroll({FAR})", "Last line"),
]
"""Keys of every page over the monitor: log, failures, comparison."""

ERRORS_BINDINGS: list[BindingType] = [
    _key(
        LOOK,
        "errors.fold",
        "enter",
        "fold",
        "Fold or unfold the selected group",
        label="unfold",
    ),
    _key(LOOK, "errors.down", "down,j", "select(1)", "Next group or failure", label="down"),
    _key(LOOK, "errors.up", "up,k", "select(-1)", "Previous group or failure", label="up"),
]
"""Keys of the failures, beside a page's or in their place."""

LOG_BINDINGS: list[BindingType] = [
    _key(LOOK, "log.back", "escape", "back", "Clear the last filter, then close", label="back"),
    _key(LOOK, "log.search", "slash", "search", "Search the log", label="search"),
    _key(LOOK, "log.level", "f", "level", "Minimum level: all, warnings, errors", label="level"),
    _key(LOOK, "log.target", "t", "target", "Events of the selected target only", label="target"),
]
"""Keys of the event log, beside a page's or in their place."""

COMPARE_BINDINGS: list[BindingType] = [
    _key(LOOK, "compare.left", "left", "shift(-1)", "Previous provider, if not all fit"),
    _key(LOOK, "compare.right", "right", "shift(1)", "Next provider, if not all fit"),
]
"""Keys of the comparison, beside a page's."""

APP_BINDINGS: list[BindingType] = [
    _key(
        HELP,
        "interrupt",
        "ctrl+c",
        "interrupt",
        "Quit at once, exit code 130",
        show=False,
        priority=True,
    ),
    _key(
        HELP,
        "suspend",
        "ctrl+z",
        "suspend_process",
        "Suspend to the shell; `fg` resumes. Probing continues",
        show=False,
        priority=True,
    ),
]
"""Keys that work above every dialog."""

PLACES = {
    "monitor": BINDINGS,
    "recording": REPLAY_BINDINGS,
    "zoomed chart": ZOOM_BINDINGS,
    "page": PAGE_BINDINGS,
    "failures": ERRORS_BINDINGS,
    "log": LOG_BINDINGS,
    "comparison": COMPARE_BINDINGS,
    "everywhere": APP_BINDINGS,
}
"""Place → the keys that work there."""
RESERVED = {"ctrl+p": "the command palette", "ctrl+q": "quitting"}
"""Keys that Textual has bound everywhere → what for."""


def in_order(bindings: Iterable[Binding]) -> list[Binding]:
    """Return bindings in the order in which they stand here, whatever keys a user gave them."""
    return sorted(bindings, key=lambda binding: _POSITIONS.get(binding.id or "", len(_POSITIONS)))


def _positions() -> dict[str, int]:
    """Return binding id → its position; one in place of the monitor's, as on a recording, has that.

    First is the one that leaves what was entered, then those of the zoomed chart: they are there
    for a while.
    """
    places = (ZOOM_BINDINGS, *PLACES.values())
    every = [*Binding.make_bindings([each for place in places for each in place])]
    first: dict[str, int] = {}
    for number, binding in enumerate(every):
        first.setdefault(binding.key, number)
    positions: dict[str, int] = {}
    for number, binding in enumerate(every):
        name = binding.id or ""
        positions.setdefault(name, number if name.startswith("monitor.") else first[binding.key])
    return {**positions, "monitor.clear": -1}


_POSITIONS = _positions()


def footer_line(bindings: Iterable[Binding], width: int, glyphs: Glyphs) -> Line:
    """Draw the footer's keys as far as `width` cells carry them.

    Neighbours that are called the same share their name: `← → time`.
    """
    line: Line = [(" ", "text")]
    shown: dict[str, Binding] = {}
    for binding in bindings:
        if binding.show:
            shown.setdefault(binding.action, binding)
    for name, alike in groupby(shown.values(), lambda each: each.description):
        keys = " ".join(key_label(each.key, glyphs) for each in alike)
        item: Line = [(keys, "accent"), (f" {name}  ", "dim")]
        if line_width(line) + line_width(item) - 2 > width:
            break
        line += item
    return line
