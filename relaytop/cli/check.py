"""`relaytop check`: the doctor."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

import click

from relaytop.cli.options import common_options
from relaytop.cli.output import output_options
from relaytop.config.load import load_settings
from relaytop.jobs.check import cost_bound, scope
from relaytop.jobs.check.findings import BAD
from relaytop.jobs.check.run import Round
from relaytop.jobs.job_budget import open_job_budget
from relaytop.jobs.stderr import notice, progress_line
from relaytop.report.check import CheckReport

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relaytop.cli.options import Options
    from relaytop.cli.output import Output
    from relaytop.config.settings import Settings
    from relaytop.jobs.check.findings import Finding
    from relaytop.jobs.check.scope import Patient

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
    patients = scope.chosen(settings, what)
    findings, cost_usd = asyncio.run(_go(settings, complaints, patients))
    output.write(CheckReport(findings, cost_usd), options)
    if any(finding.level == BAD for finding in findings):
        raise SystemExit(FAILED)


async def _go(
    settings: Settings, complaints: Mapping[str, str], patients: list[Patient]
) -> tuple[list[Finding], float | None]:
    """Return the findings and the USD spent; None where a price is unknown."""
    patients = await cost_bound.with_prices(patients)
    text = cost_bound.announcement(patients, settings.assumed_price, settings.budget_usd)
    if text:
        notice(text)
    if settings.budget_usd <= 0 or not any(patient.targets for patient in patients):
        round_ = Round(settings, complaints, None)
        async with progress_line(round_.doing):
            return await round_.go(patients), 0.0
    known, assumed, _unpriced = cost_bound.costs_usd(patients, settings.assumed_price)
    async with open_job_budget(settings, known + assumed) as budget:
        round_ = Round(settings, complaints, budget)
        async with progress_line(round_.doing):
            findings = await round_.go(patients)
    return findings, budget.cost_usd if budget.complete else None
