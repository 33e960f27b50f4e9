"""`relaytop credit`: what is left at each provider."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

import click

from relaytop.cli.known_names import complete_provider
from relaytop.cli.options import common_options
from relaytop.cli.output import output_options
from relaytop.cli.selected_providers import selected_providers
from relaytop.config.load import load_settings
from relaytop.jobs.credit import ask_credit
from relaytop.monitor.credit_words import credit_thresholds
from relaytop.report.credit import CreditReport

if TYPE_CHECKING:
    from relaytop.cli.options import Options
    from relaytop.cli.output import Output

LOW = 1


@click.command()
@click.argument("provider", required=False, shell_complete=complete_provider)
@output_options()
@common_options
def credit(provider: str | None, output: Output, options: Options) -> None:
    """Print the credit left at each provider and how long it lasts (free of charge).

    Exit code 1 if too little is left: nothing, or less than the threshold `credit`.
    """
    complaints: dict[str, str] = {}
    settings = load_settings(
        config=options.config, flags=options.flags, environ=os.environ, complaints=complaints
    )
    providers = selected_providers(settings.providers, provider)
    limits = credit_thresholds(settings)
    report = CreditReport(asyncio.run(ask_credit(providers, complaints)), limits)
    output.write(report, options)
    if report.low:
        raise SystemExit(LOW)
