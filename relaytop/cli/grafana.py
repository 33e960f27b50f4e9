"""`relaytop grafana`: a dashboard for Grafana."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from relaytop.cli.options import look_options
from relaytop.cli.output import output_option, write_text
from relaytop.export.dashboard import dashboard

if TYPE_CHECKING:
    from pathlib import Path

    from relaytop.cli.options import Options


@click.command()
@output_option
@look_options
def grafana(output: Path | None, options: Options) -> None:
    """Print a Grafana dashboard as JSON to import."""
    del options  # it is in ASCII and without colours anyway
    write_text(json.dumps(dashboard(), indent=2), output)
