"""The user's choices at the screen, as `state.toml` has them, for the commands that open it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from relaytop.config.paths import state_file

if TYPE_CHECKING:
    from relaytop.cli.options import Options
    from relaytop.tui.app import RelaytopApp
    from relaytop.tui.saved_choices import SavedChoices

fresh_state_option = click.option(
    "--fresh-state",
    is_flag=True,
    help="Ignore saved choices (sort, groups, columns, theme, mouse, snoozes), and save none.",
)


def saved_choices(options: Options) -> SavedChoices:
    """Read the choices of last time; what the command line says beats them."""
    from relaytop.store.user_state import load_state  # noqa: PLC0415 - after Textual's import
    from relaytop.tui.saved_choices import SavedChoices  # noqa: PLC0415 - after Textual's import

    path = state_file()
    state, warning = load_state(path)
    return SavedChoices(
        state,
        path,
        warning,
        window_given=options.flags.window is not None,
        mouse_given=not options.mouse,
    )


def keep_choices(app: RelaytopApp) -> None:
    """Save the choices of an app that has ended, or say on stderr why they are lost."""
    complaint = app.choices.save(app) if app.choices is not None else None
    if complaint is not None:
        click.echo(f"relaytop: warning: {complaint}", err=True)
