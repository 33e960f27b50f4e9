"""`relaytop pick MODEL`: the healthiest provider for a model now."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import shlex
from functools import cache, partial
from typing import TYPE_CHECKING

import click

from relaytop.cli.known_names import complete_model
from relaytop.cli.options import common_options, duration
from relaytop.cli.output import output_options, write_text
from relaytop.cli.recordings import open_recording, recording_option, refuse_probing_flags
from relaytop.config.child_processes import without_keys
from relaytop.config.durations import parse_window
from relaytop.config.load import load_settings
from relaytop.config.paths import lock_path
from relaytop.jobs.pick.exec_hook import ExecHook, choice_variables
from relaytop.jobs.pick.recorded import recorded_candidates
from relaytop.jobs.pick.search import Search, serving_targets
from relaytop.report.pick import PickReport
from relaytop.watch.agent.summaries import agent_summaries

if TYPE_CHECKING:
    from pathlib import Path

    from relaytop.cli.options import Options
    from relaytop.cli.output import Output
    from relaytop.config.settings import Settings

NOBODY = 1


@click.command()
@click.argument("model", shell_complete=complete_model)
@click.option(
    "-n",
    "count",
    metavar="N",
    type=click.IntRange(1, 1000),
    default=5,
    show_default=True,
    help="Probes per provider.",
)
@output_options("env", help_text="`env`: lines for a shell to eval.")
@click.option("--watch", is_flag=True, help="Keep probing and print every change of provider.")
@click.option(
    "--every", "every_s", type=duration, default=30.0, help="Interval between rounds, such as 30s."
)
@click.option(
    "--exec", "command", metavar="CMD", help="With --watch: run this command on every change."
)
@click.option(
    "--fresh", is_flag=True, help="Probe separately even if an agent with this config is running."
)
@recording_option
@common_options
def pick(
    model: str,
    *,
    count: int,
    output: Output,
    watch: bool,
    every_s: float,
    command: str | None,
    fresh: bool,
    recording: Path | None,
    options: Options,
) -> None:
    """Probe the providers of a model and print the healthiest.

    Ranked by success rate, then P95, then price. Exits with 1 if none is healthy. The command of
    `--exec` gets RELAYTOP_TARGET, RELAYTOP_PROVIDER, RELAYTOP_MODEL, RELAYTOP_BASE_URL,
    RELAYTOP_API and RELAYTOP_PREVIOUS; never a key. If an agent with the same config runs on this
    host, its data is used instead of probing. With --recording: the healthiest at the end of the
    recording.
    """
    if command is not None and not watch:
        message = "--exec needs --watch"
        raise click.UsageError(message)
    if watch and (output.form != "table" or output.path is not None):
        message = "--watch prints JSON lines to stdout: leave out --format and --output"
        raise click.UsageError(message)
    if recording is not None:
        refuse_probing_flags(options, "count", "watch", "every_s", "command", "fresh", but="window")
        window = options.flags.window
        with open_recording(recording) as source:
            settings, found = recorded_candidates(
                source, model, parse_window(window) if window else None
            )
    else:
        watched = _settings(options, model)
        settings = asyncio.run(serving_targets(watched, model))

        read_agent = partial(agent_summaries, watched, _warn)
        search = Search(settings, count, None if fresh else read_agent)
        if watch:
            asyncio.run(search.repeat(every_s, _hook(command, settings, model)))
        found = asyncio.run(search.once())
    best = found[0] if found[0].healthy else None
    if output.form == "env":
        variables = choice_variables(settings, best).items()
        lines = (f"{name}={shlex.quote(value)}" for name, value in variables)
        write_text("\n".join(lines), output.path)
    else:
        output.write(PickReport(settings, found), options)
    if best is None:
        click.echo(f"no healthy provider for {model}", err=True)
        raise SystemExit(NOBODY)


@cache
def _warn(text: str) -> None:
    """Write a line to stderr, each once."""
    click.echo(f"relaytop: {text}", err=True)


def _settings(options: Options, model: str) -> Settings:
    """Load the settings; an ad-hoc provider without a model has the one that is looked for."""
    flags = options.flags
    if flags.base_url is not None and not flags.models:
        flags = dataclasses.replace(flags, models=(model,))
    return load_settings(config=options.config, flags=flags, environ=os.environ)


def _hook(command: str | None, settings: Settings, model: str) -> ExecHook | None:
    if command is None:
        return None
    keys = [provider.key_from for provider in settings.providers]
    return ExecHook(command, without_keys(os.environ, keys), lock_path(f"pick-{model}"))
