"""`relaytop show FILE`: print a snapshot, or a recording as one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from relaytop.cli.options import look_options
from relaytop.cli.output import output_options
from relaytop.cli.recordings import read_document
from relaytop.report.snapshot import SnapshotReport

if TYPE_CHECKING:
    from relaytop.cli.options import Options
    from relaytop.cli.output import Output


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@output_options()
@look_options
def show(file: Path, output: Output, options: Options) -> None:
    """Print a snapshot or a recording as a table."""
    output.write(SnapshotReport(read_document(file)), options)
