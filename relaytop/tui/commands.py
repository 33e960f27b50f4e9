"""The command palette's entries: every key's action by name, the themes, a picture."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from textual.app import SystemCommand

from relaytop.store.atomic import write_new
from relaytop.tui.keys import GROUPS
from relaytop.tui.os_errors import describe_os_error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from textual.binding import Binding


def key_commands(
    bindings: Iterable[Binding], runner: Callable[[str], Callable[[], object]]
) -> Iterator[SystemCommand]:
    """Yield a command for each action that a key has now.

    Args:
        bindings: The keys in force.
        runner: Returns what runs an action, given its name.
    """
    seen: set[str] = set()
    for binding in bindings:
        if binding.group in GROUPS and binding.action not in seen:
            seen.add(binding.action)
            yield SystemCommand(binding.description, binding.tooltip, runner(binding.action))


def other_commands(
    choose_theme: Callable[[], object], save_picture: Callable[[], object], folder: Path
) -> Iterator[SystemCommand]:
    """Yield the commands that have no key."""
    yield SystemCommand("theme", "Choose among all themes", choose_theme)
    yield SystemCommand("picture", f"Save the screen as an SVG file in {folder}", save_picture)


def write_picture(svg: str, folder: Path) -> tuple[str, bool]:
    """Write a picture of the screen; return what to tell the user, and whether it was written."""
    now = datetime.now(tz=UTC)
    name = f"screen-{now:%Y%m%dT%H%M%S}.{now.microsecond // 1000:03d}Z.svg"
    try:
        return f"screenshot saved: {write_new(folder / name, svg.encode())}", True
    except OSError as error:
        return f"screenshot not saved: {describe_os_error(error, folder)}", False
