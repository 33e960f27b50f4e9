"""`relaytop prices`: relay prices against official ones, per model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from relaytop.cli.options import Number, common_options
from relaytop.cli.output import output_options
from relaytop.cli.price_settings import price_settings
from relaytop.jobs.prices import compare_bundled, compare_configured
from relaytop.report.prices import PricesReport

if TYPE_CHECKING:
    from relaytop.cli.options import Options
    from relaytop.cli.output import Output


@click.command()
@click.option(
    "--output-share",
    metavar="SHARE",
    type=Number(0, 1),
    default=0.25,
    show_default=True,
    help="Share of output tokens.",
)
@output_options()
@common_options
def prices(output_share: float, output: Output, options: Options) -> None:
    """Compare relay prices with official list prices, in USD per million tokens.

    Also shows the last measured P50 and the latency that the relay advertises. Without a config,
    the built-in price lists are shown.
    """
    settings = price_settings(options)
    models = compare_bundled() if settings is None else compare_configured(settings)
    output.write(PricesReport(models, output_share), options)
