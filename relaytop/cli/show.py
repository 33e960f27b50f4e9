"""`relaytop show FILE`: print a snapshot, or a recording as one."""

from __future__ import annotations

from pathlib import Path

import click

from relaytop.cli.output import FORMS, as_data, write_result
from relaytop.cli.recorded import read_document


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(FORMS), default="table", show_default=True)
@click.option("--output", type=click.Path(path_type=Path), help="Write to this new file instead.")
def show(file: Path, form: str, output: Path | None) -> None:
    """Print a snapshot, or all of a recording, as a table, latencies in milliseconds."""
    from relaytop.store import table  # noqa: PLC0415 - start-up time

    document = read_document(file)
    if form in {"json", "toml"}:
        text = as_data(document, form)
    else:
        draw = table.markdown if form == "markdown" else table.plain
        text = f"{table.heading(document)}\n\n{draw(table.TITLES, table.rows(document))}"
    write_result(text, output)
