"""`relaytop show FILE`: print a snapshot, or a recording as one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from relaytop.cli.options import look_options
from relaytop.cli.output import FORMS, as_data, in_ascii, write_result
from relaytop.cli.recorded import read_document

if TYPE_CHECKING:
    from relaytop.cli.options import Options


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(FORMS), default="table", show_default=True)
@click.option("--output", type=click.Path(path_type=Path), help="Write to this new file instead.")
@look_options
def show(file: Path, form: str, output: Path | None, options: Options) -> None:
    """Print a snapshot, or all of a recording, as a table, latencies in milliseconds."""
    from relaytop.report import snapshot  # noqa: PLC0415 - start-up time

    document = read_document(file)
    if form in {"json", "toml"}:
        text = as_data(document, form)
    else:
        draw = snapshot.markdown if form == "markdown" else snapshot.plain
        text = f"{snapshot.heading(document)}\n\n{draw(snapshot.TITLES, snapshot.rows(document))}"
    write_result(in_ascii(text, form) if options.ascii else text, output)
