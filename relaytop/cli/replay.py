"""`relaytop replay FILE`: a recording in the monitor's screen."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from relaytop.cli.monitor import require_terminal
from relaytop.cli.options import Number, screen_config_options, screen_options
from relaytop.cli.recordings import report_broken_lines
from relaytop.cli.user_choices import fresh_state_option, keep_choices, saved_choices
from relaytop.cli.user_keys import keymap, screen_settings
from relaytop.config.paths import snapshots_folder
from relaytop.store.moments import parse_moment
from relaytop.store.recording import Recording
from relaytop.tui.start import make_app
from relaytop.tui.terminal.sign_query import SignQuery
from relaytop.watch.player import Player
from relaytop.watch.replay import ReplaySession

if TYPE_CHECKING:
    from relaytop.cli.options import Options


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--speed",
    metavar="X",
    type=Number(0.1, 1000),
    default=10.0,
    show_default=True,
    help="Playback speed: recorded seconds per second.",
)
@click.option("--from", "start", metavar="TIME", help="Start at this local time, such as 14:30.")
@fresh_state_option
@screen_options
@screen_config_options
def replay(
    file: Path, *, speed: float, start: str | None, fresh_state: bool, options: Options
) -> None:
    """Play a recording back in the monitor.

    Windows, ages and the clock follow the recording. `p` pauses, ← and → seek one minute back or
    forward, home and end go to its start and end.
    """
    with Recording(file) as recording:
        start_at = None
        if start is not None:
            start_at = parse_moment(start, recording.began_at, recording.ended_at)
        require_terminal()
        code = _show(recording, speed, start_at, options, keeps_choices=not fresh_state)
        report_broken_lines(recording)
    raise SystemExit(code)


def _show(
    recording: Recording,
    speed: float,
    start_at: float | None,
    options: Options,
    *,
    keeps_choices: bool,
) -> int:
    """Run the screen and return the exit code."""
    screen = screen_settings(options.config)
    keys = keymap(screen.keys, options.config)
    player = Player(recording, speed=speed, start_at=start_at)
    session = ReplaySession(player, snapshots=snapshots_folder())
    with SignQuery(os.environ, wanted=not options.ascii) as signs:
        app = make_app(
            session,
            ascii_only=options.ascii,
            signs=signs,
            color=options.color,
            slow_link=options.slow_link,
            mouse=screen.mouse and options.mouse,
            keymap=keys,
            choices=saved_choices(options) if keeps_choices else None,
        )
    app.run()
    keep_choices(app)
    return app.return_code or 0
