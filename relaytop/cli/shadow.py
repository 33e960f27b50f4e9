"""`relaytop shadow`: the same requests to two providers, side by side."""

from __future__ import annotations

import dataclasses
import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

import click

from relaytop.cli.job_command import finish
from relaytop.cli.known_names import complete_provider
from relaytop.cli.options import common_options
from relaytop.cli.output import output_options
from relaytop.cli.recordings import open_recording, recording_option, refuse_probing_flags
from relaytop.config.errors import RelaytopError
from relaytop.config.load import load_settings
from relaytop.jobs.run_job import JobResult, run_job
from relaytop.jobs.shadow.pairs import pairs_of
from relaytop.jobs.shadow.prompts import BUILT_IN, read_prompts
from relaytop.jobs.shadow.recorded import recorded_shadow
from relaytop.jobs.shadow.replies import make_folder
from relaytop.jobs.shadow.run import Shadow, ShadowPlan
from relaytop.report.shadow import ShadowReport

if TYPE_CHECKING:
    from relaytop.cli.options import Options
    from relaytop.cli.output import Output
    from relaytop.config.settings import Settings


@click.command()
@click.argument("a", shell_complete=complete_provider)
@click.argument("b", shell_complete=complete_provider)
@click.option(
    "--prompts",
    "prompts_file",
    type=click.Path(path_type=Path),
    help="One prompt per line, or JSON lines with `messages`.  [default: five built-in]",
)
@click.option(
    "-n",
    "count",
    metavar="N",
    type=click.IntRange(1, 100_000),
    default=100,
    show_default=True,
    help="Requests per provider and model.",
)
@click.option(
    "--max-tokens",
    metavar="N",
    type=click.IntRange(1, 100_000),
    help="Maximum tokens of each reply.",
)
@click.option(
    "--seed",
    metavar="N",
    type=click.IntRange(0),
    help="Random seed; the same one repeats a run's order and intervals.",
)
@click.option(
    "--save-replies",
    "folder",
    type=click.Path(path_type=Path),
    help="Save both replies to each request in this folder.",
)
@recording_option
@output_options()
@common_options
def shadow(
    a: str,
    b: str,
    *,
    prompts_file: Path | None,
    count: int,
    max_tokens: int | None,
    seed: int | None,
    folder: Path | None,
    recording: Path | None,
    output: Output,
    options: Options,
) -> None:
    """Send the same requests to providers A and B, interleaved, and compare them.

    If model ids differ, give --model A_ID=B_ID for each; without --model, the config's aliases
    and the ids that both list are compared. Exits with 1 if a target exceeds its thresholds. ^C,
    SIGTERM and SIGHUP end the run early; the report and the snapshot then cover the requests so
    far.
    """
    seed = secrets.randbelow(1_000_000) if seed is None else seed
    models = options.flags.models
    if recording is not None:
        refuse_probing_flags(options, "prompts_file", "count", "max_tokens", "folder", but="models")
        with open_recording(recording) as source:
            pairs = pairs_of(source.settings, a, b, models)
            result = JobResult(recorded_shadow(source, pairs, seed))
    else:
        settings = _settings(options, max_tokens)
        pairs = pairs_of(settings, a, b, models)
        targets = tuple(target for pair in pairs for target in (pair.a, pair.b))
        settings = dataclasses.replace(settings, targets=targets)
        prompts = read_prompts(prompts_file) if prompts_file is not None else BUILT_IN
        if folder is not None:
            make_folder(folder)
        _job, result = run_job(Shadow, settings, ShadowPlan(count, pairs, prompts, seed, folder))
    finish(ShadowReport(result.document), result, output, options)


def _settings(options: Options, max_tokens: int | None) -> Settings:
    """Load the settings; `max_tokens` bounds every reply where it is given."""
    if options.flags.base_url is not None:
        sentence = "--base-url defines one provider, but shadow compares two of the config"
        raise RelaytopError(sentence)
    flags = dataclasses.replace(options.flags, models=())
    settings = load_settings(config=options.config, flags=flags, environ=os.environ)
    if max_tokens is None:
        return settings
    return dataclasses.replace(
        settings,
        targets=tuple(dataclasses.replace(t, max_tokens=max_tokens) for t in settings.targets),
        defaults=dataclasses.replace(settings.defaults, max_tokens=max_tokens),
    )
