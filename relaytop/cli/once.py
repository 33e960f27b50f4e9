"""`relaytop --once`: the screen's table, printed."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING

import click

from relaytop.cli.output import shows_color, write_text
from relaytop.config.load import load_settings
from relaytop.config.steady_clock import STEADY
from relaytop.jobs.baseline import BaselinePlan
from relaytop.jobs.once import Once
from relaytop.jobs.run_job import run_job
from relaytop.jobs.scope import select_targets
from relaytop.report.snapshot import SnapshotReport
from relaytop.tui.draw.glyphs import ASCII, UNICODE
from relaytop.tui.draw.printed import printed_table, text_of

if TYPE_CHECKING:
    from relaytop.cli.options import Options
    from relaytop.cli.output import Output

WIDTH = 120
"""Cells, where neither COLUMNS nor a terminal says how many there are."""
UNHEALTHY = 1


def once(options: Options, *, count: int, output: Output) -> int:
    """Probe each target, print how they are, and return the exit code.

    Args:
        options: The common flags.
        count: Probes per target.
        output: Its table is the screen's.

    Raises:
        RelaytopError: Nothing to watch, or the result cannot be written.
    """
    settings = load_settings(config=options.config, flags=options.flags, environ=os.environ)
    run, result = run_job(Once, select_targets(settings, ()), BaselinePlan(count), save=False)
    if output.form == "table":
        write_text(_table(run, options, output), output.path)
    else:
        output.write(SnapshotReport(result.document), options)
    for text in result.remarks:
        click.echo(text, err=True)
    if result.ended_by is not None:
        return 128 + result.ended_by
    return UNHEALTHY if run.unhealthy() else 0


def _table(run: Once, options: Options, output: Output) -> str:
    now = STEADY()
    lines = printed_table(
        [run.monitor.summary(name, now) for name in run.monitor.targets()],
        {target.id: target.thresholds for target in run.settings.targets},
        now,
        shutil.get_terminal_size((WIDTH, 24)).columns,
        ASCII if options.ascii else UNICODE,
    )
    terminal = output.path is None and sys.stdout.isatty()
    return text_of(lines, color=terminal and shows_color(options, os.environ))
