"""`relaytop grafana`: a dashboard for Grafana."""

from __future__ import annotations

import json
from pathlib import Path

import click

from relaytop.cli.output import write_result


@click.command()
@click.option("--output", type=click.Path(path_type=Path), help="Write to this new file instead.")
def grafana(output: Path | None) -> None:
    """Print a Grafana dashboard of the metrics, as JSON to import."""
    from relaytop.export.dashboard import dashboard  # noqa: PLC0415 - start-up time

    write_result(json.dumps(dashboard(), indent=2), output)
