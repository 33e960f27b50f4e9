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
from relaytop.jobs.check.conformance import has_failed
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
@click.option(
    "--deep", is_flag=True, help="Ask each target for its API's features too: about ten requests."
)
@output_options()
@common_options
def check(what: str | None, output: Output, options: Options, *, deep: bool) -> None:
    """Check config, key, network, TLS and replies, and say how to fix what fails.

    It pays for at most two one-token replies per target, within the budget; with --deep also for
    short ones with a tool call, JSON by a schema, n, stop and others, whose cost is told first.
    """
    complaints: dict[str, str] = {}
    settings = load_settings(
        config=options.config, flags=options.flags, environ=os.environ, complaints=complaints
    )
    result = asyncio.run(run_check(narrow(settings, what), complaints, deep=deep))
    output.write(CheckReport(result.findings, result.cost_usd, result.conformance), options)
    bad = any(finding.level == BAD for finding in result.findings)
    if bad or has_failed(result.conformance):
        raise SystemExit(FAILED)
