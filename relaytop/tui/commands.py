"""What the command palette offers: every key's action by name, the themes, a picture."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from textual.app import SystemCommand

from relaytop.tui.keys import GROUPS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from relaytop.tui.app import RelaytopApp


def commands(app: RelaytopApp) -> Iterator[SystemCommand]:
    """Yield a command for each action that a key has now, and those that have none."""
    screen = app.monitor_screen
    seen: set[str] = set()
    for active in screen.active_bindings.values():
        binding = active.binding
        if binding.group in GROUPS and binding.action not in seen:
            seen.add(binding.action)
            run = partial(app.run_action, binding.action, screen)
            yield SystemCommand(binding.description, binding.tooltip, run)
    yield SystemCommand("theme", "Choose among all themes", app.action_change_theme)
    where = f"Save the screen as an SVG file in {app.session.snapshots}"
    yield SystemCommand("picture", where, partial(app.set_timer, PALETTE_GONE_S, app.save_picture))


PALETTE_GONE_S = 0.1
"""The palette has left the screen by then."""


def write_picture(svg: str, folder: Path) -> Path:
    """Write a picture of the screen and return its path.

    Raises:
        OSError: It could not be written.
    """
    from relaytop.store.atomic import write_new  # noqa: PLC0415 - after first paint

    now = datetime.now(tz=UTC)
    name = f"screen-{now:%Y%m%dT%H%M%S}.{now.microsecond // 1000:03d}Z.svg"
    return write_new(folder / name, svg.encode())
