"""`relaytop diff A B`: what changed between two snapshots."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from relaytop.cli.options import look_options
from relaytop.cli.output import FORMS, as_data, in_ascii, write_result
from relaytop.cli.recorded import read_document

if TYPE_CHECKING:
    from relaytop.cli.options import Options

REGRESSION = 1


@click.command()
@click.argument("before", type=click.Path(path_type=Path))
@click.argument("after", type=click.Path(path_type=Path))
@click.option(
    "--fail-on",
    type=click.Choice(["regression"]),
    help="Exit with 1 where something got worse beyond noise.",
)
@click.option("--format", "form", type=click.Choice(FORMS), default="table", show_default=True)
@click.option("--output", type=click.Path(path_type=Path), help="Write to this new file instead.")
@look_options
def diff(
    before: Path,
    after: Path,
    fail_on: str | None,
    form: str,
    output: Path | None,
    options: Options,
) -> None:
    """Show what got slower, failed more or cost more between two snapshots, and what is noise.

    A recording may stand in place of either: all of it counts.
    """
    from relaytop.report import difference as difference_report  # noqa: PLC0415 - start-up time
    from relaytop.store.difference import difference, regressed  # noqa: PLC0415

    documents = read_document(before), read_document(after)
    changes = difference(*documents)
    if form in {"json", "toml"}:
        text = as_data(difference_report.document(changes), form)
    else:
        text = difference_report.text(changes, markdown=form == "markdown")
    write_result(in_ascii(text, form) if options.ascii else text, output)
    if fail_on is not None and regressed(*documents):
        raise SystemExit(REGRESSION)
