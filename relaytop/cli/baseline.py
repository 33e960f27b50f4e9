"""`relaytop baseline`: N probes per target, then the baseline."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from relaytop.cli.job_command import finish
from relaytop.cli.known_names import complete_target
from relaytop.cli.options import Number, common_options
from relaytop.cli.output import output_options
from relaytop.cli.recordings import (
    open_recording,
    read_document,
    recording_option,
    refuse_probing_flags,
)
from relaytop.config.load import load_settings
from relaytop.jobs.baseline import Baseline, BaselinePlan
from relaytop.jobs.recorded_run import RecordedRun
from relaytop.jobs.run_job import JobResult, run_job
from relaytop.jobs.scope import select_targets
from relaytop.report.baseline import BaselineReport
from relaytop.store import difference

if TYPE_CHECKING:
    from relaytop.cli.options import Options
    from relaytop.cli.output import Output


@click.command()
@click.argument("targets", nargs=-1, metavar="[TARGET]…", shell_complete=complete_target)
@click.option(
    "-n",
    "count",
    metavar="N",
    type=click.IntRange(1, 100_000),
    default=100,
    show_default=True,
    help="Probes per target.",
)
@click.option(
    "--concurrency",
    metavar="N",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    help="Concurrent probes per target.",
)
@click.option(
    "--rate",
    "rate_per_s",
    metavar="R",
    type=Number(0.01, 1000),
    help="Probes per second and target, at a fixed rate (open loop).",
)
@click.option(
    "--against", type=click.Path(path_type=Path), help="Compare with this snapshot or recording."
)
@recording_option
@click.option(
    "--fail-on",
    type=click.Choice(["regression"]),
    help="With --against: exit 1 if something got significantly worse.",
)
@output_options()
@common_options
def baseline(
    targets: tuple[str, ...],
    *,
    count: int,
    concurrency: int,
    rate_per_s: float | None,
    against: Path | None,
    recording: Path | None,
    fail_on: str | None,
    output: Output,
    options: Options,
) -> None:
    """Probe each target N times and report latencies, errors and cost.

    Exits with 1 if a target exceeds its thresholds. ^C, SIGTERM and SIGHUP end the run early; the
    report and the snapshot then cover the probes so far.
    """
    if fail_on is not None and against is None:
        message = "--fail-on needs --against: name the snapshot to compare with"
        raise click.UsageError(message)
    if recording is not None:
        refuse_probing_flags(options, "count", "concurrency", "rate_per_s")
    reference = read_document(against) if against is not None else None
    run: Baseline | RecordedRun
    if recording is not None:
        with open_recording(recording) as source:
            run = RecordedRun(source, select_targets(source.settings, targets))
            result = JobResult(run.document("baseline"))
    else:
        settings = load_settings(config=options.config, flags=options.flags, environ=os.environ)
        plan = BaselinePlan(count, concurrency, rate_per_s)
        run, result = run_job(Baseline, select_targets(settings, targets), plan)
    if reference is not None:
        reference = difference.limited_to(reference, result.document)
    report = BaselineReport(result.document, run.latencies_ms, reference)
    finish(
        report,
        result,
        output,
        options,
        remarks=[report.changes()] if reference is not None and output.is_data else (),
        regressed=reference is not None
        and fail_on is not None
        and difference.regressed(reference, result.document),
    )
