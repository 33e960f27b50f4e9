"""`relaytop check`: the doctor."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

import click

from relaytop.cli.known_names import complete_provider_or_target
from relaytop.cli.options import common_options
from relaytop.cli.output import output_options
from relaytop.config.load import load_settings
from relaytop.jobs.check.findings import BAD
from relaytop.jobs.check.run import run_check
from relaytop.jobs.scope import narrow
from relaytop.report.check import CheckReport

if TYPE_CHECKING:
    from relaytop.cli.options import Options
    from relaytop.cli.output import Output

FAILED = 1


@click.command()
@click.argument(
    "what", metavar="[PROVIDER|TARGET]", required=False, shell_complete=complete_provider_or_target
)
@output_options()
@common_options
def check(what: str | None, output: Output, options: Options) -> None:
    """Check config, key, network, TLS and replies, and say how to fix what fails.

    It pays for at most two one-token replies per target, within the budget.
    """
    complaints: dict[str, str] = {}
    settings = load_settings(
        config=options.config, flags=options.flags, environ=os.environ, complaints=complaints
    )
    findings, cost_usd = asyncio.run(run_check(narrow(settings, what), complaints))
    output.write(CheckReport(findings, cost_usd), options)
    if any(finding.level == BAD for finding in findings):
        raise SystemExit(FAILED)
