"""`relaytop grafana`: a dashboard for Grafana."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from relaytop.cli.options import look_options
from relaytop.cli.output import write_result

if TYPE_CHECKING:
    from relaytop.cli.options import Options


@click.command()
@click.option("--output", type=click.Path(path_type=Path), help="Write to this new file instead.")
@look_options
def grafana(output: Path | None, options: Options) -> None:
    """Print a Grafana dashboard of the metrics, as JSON to import."""
    del options  # it is in ASCII and without colours anyway
    from relaytop.export.dashboard import dashboard  # noqa: PLC0415 - start-up time

    write_result(json.dumps(dashboard(), indent=2), output)
