"""`relaytop diff A B`: what changed between two snapshots."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from relaytop.cli.options import look_options
from relaytop.cli.output import output_options
from relaytop.cli.recordings import read_document
from relaytop.report.difference import DifferenceReport
from relaytop.store.difference import difference, regressed, without_intervals

if TYPE_CHECKING:
    from relaytop.cli.options import Options
    from relaytop.cli.output import Output

REGRESSION = 1


@click.command()
@click.argument("before", type=click.Path(path_type=Path))
@click.argument("after", type=click.Path(path_type=Path))
@click.option(
    "--fail-on",
    type=click.Choice(["regression"]),
    help="Exit 1 if something got significantly worse.",
)
@output_options()
@look_options
def diff(before: Path, after: Path, fail_on: str | None, output: Output, options: Options) -> None:
    """Compare two snapshots: changes in latency, error rate and cost, apart from noise.

    Either may be a recording; all of it is used.
    """
    documents = read_document(before), read_document(after)
    output.write(
        DifferenceReport(difference(*documents), any(map(without_intervals, documents))), options
    )
    if fail_on is not None and regressed(*documents):
        raise SystemExit(REGRESSION)
