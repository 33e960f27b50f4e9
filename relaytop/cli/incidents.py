"""`relaytop incidents [FILE]`: what alerts found, kept by screen and agent, or of a recording."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from relaytop.cli.options import look_options
from relaytop.cli.output import output_options
from relaytop.cli.recordings import open_recording
from relaytop.config.errors import RelaytopError
from relaytop.config.paths import incidents_file
from relaytop.jobs.recorded_incidents import recorded_incidents
from relaytop.report.incidents import IncidentsReport
from relaytop.watch.incident_file import holds_incidents, read_incidents

if TYPE_CHECKING:
    from relaytop.cli.options import Options
    from relaytop.cli.output import Output


@click.command()
@click.argument("file", type=click.Path(path_type=Path), required=False)
@output_options()
@look_options
def incidents(file: Path | None, output: Output, options: Options) -> None:
    """List past incidents: start, duration, targets affected, peak error rate.

    Without FILE: those seen by the monitor and the agent on this host. With FILE, a recording:
    those found in its probes. FILE may also be the incidents.jsonl of another host.
    """
    if file is None:
        report = _kept(incidents_file())
    else:
        report = _kept(file) if holds_incidents(file) else _recorded(file)
    output.write(report, options)


def _kept(path: Path) -> IncidentsReport:
    try:
        records = read_incidents(path)
    except OSError as error:
        sentence = f"{path} cannot be read: {error.strerror}"
        raise RelaytopError(sentence) from None
    return IncidentsReport(records, "no incidents yet; the monitor and the agent record them")


def _recorded(file: Path) -> IncidentsReport:
    with open_recording(file) as recording:
        return IncidentsReport(recorded_incidents(recording), f"no incidents in {file}")
