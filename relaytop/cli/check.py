"""`relaytop check`: the doctor."""

from __future__ import annotations

import asyncio
import os
from functools import partial
from typing import TYPE_CHECKING

import click

from relaytop.cli.options import common_options
from relaytop.cli.output import output_options
from relaytop.config.load import load_settings
from relaytop.jobs.check.cost_bound import announcement, check_cost
from relaytop.jobs.check.findings import BAD
from relaytop.jobs.check.run import CheckRun
from relaytop.jobs.job_budget import open_job_budget
from relaytop.jobs.list_prices import add_list_prices
from relaytop.jobs.scope import narrow
from relaytop.jobs.stderr import notice, progress_line, steps_text
from relaytop.report.check import CheckReport

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relaytop.cli.options import Options
    from relaytop.cli.output import Output
    from relaytop.config.settings import Settings
    from relaytop.jobs.check.findings import Finding

FAILED = 1


@click.command()
@click.argument("what", metavar="[PROVIDER|TARGET]", required=False)
@output_options()
@common_options
def check(what: str | None, output: Output, options: Options) -> None:
    """Look for what is wrong, from the config to a streamed reply, and say how to mend it.

    At most two one-token replies a target are paid for, within the budget.
    """
    complaints: dict[str, str] = {}
    settings = load_settings(
        config=options.config, flags=options.flags, environ=os.environ, complaints=complaints
    )
    findings, cost_usd = asyncio.run(_run(narrow(settings, what), complaints))
    output.write(CheckReport(findings, cost_usd), options)
    if any(finding.level == BAD for finding in findings):
        raise SystemExit(FAILED)


async def _run(
    settings: Settings, complaints: Mapping[str, str]
) -> tuple[list[Finding], float | None]:
    """Return the findings and the USD spent; None where a price is unknown."""
    settings = await add_list_prices(settings)
    text = announcement(settings)
    if text:
        notice(text)
    if settings.budget_usd <= 0 or not settings.targets:
        run = CheckRun(settings, complaints, None)
        with progress_line(partial(steps_text, run.current_steps)):
            return await run.run(), 0.0
    cost = check_cost(settings)
    async with open_job_budget(settings, cost.known_usd + cost.assumed_usd) as budget:
        run = CheckRun(settings, complaints, budget)
        with progress_line(partial(steps_text, run.current_steps)):
            findings = await run.run()
    return findings, budget.cost_usd if budget.complete else None
