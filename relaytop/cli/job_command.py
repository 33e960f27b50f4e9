"""The end of a job's command: its report, its remarks, its exit code."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from relaytop.cli.errors import USAGE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaytop.cli.options import Options
    from relaytop.cli.output import Output
    from relaytop.jobs.run_job import JobResult
    from relaytop.report.render import Report

UNHEALTHY = 1


def finish(
    report: Report,
    result: JobResult,
    output: Output,
    options: Options,
    *,
    remarks: Sequence[str] = (),
    regressed: bool = False,
) -> None:
    """Write a job's report, then the remarks on stderr.

    Args:
        report: What the job found.
        result: How it ended.
        output: Where the report goes, in which form.
        options: The common flags.
        remarks: Texts for stderr before the job's own.
        regressed: Whether something got worse than the reference that was to be held.

    Raises:
        SystemExit: A signal ended the job, something could not be saved, a target breaks its
            thresholds, or something regressed.
    """
    output.write(report, options)
    for text in (*remarks, *result.remarks):
        click.echo(text, err=True)
    if result.ended_by is not None:
        raise SystemExit(128 + result.ended_by)
    if not result.saved:
        raise SystemExit(USAGE)
    if regressed or any(target["status"] != "up" for target in result.document["targets"]):
        raise SystemExit(UNHEALTHY)
