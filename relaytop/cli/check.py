"""`relaytop check`: the doctor."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from relaytop.cli.options import common_options
from relaytop.cli.output import FORMS, as_data, in_ascii, write_result
from relaytop.cli.progress import shown_on
from relaytop.config.load import load_settings
from relaytop.config.paths import ledger_path

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relaytop.cli.options import Options
    from relaytop.config.settings import Settings
    from relaytop.jobs.check.findings import Finding
    from relaytop.jobs.check.scope import Patient

FAILED = 1
COLOURS = {"good": "green", "warn": "yellow", "bad": "red", "skipped": "bright_black"}


@click.command()
@click.argument("what", metavar="[PROVIDER|TARGET]", required=False)
@click.option("--format", "form", type=click.Choice(FORMS), default="table", show_default=True)
@click.option("--output", type=click.Path(path_type=Path), help="Write to this new file instead.")
@common_options
def check(what: str | None, form: str, output: Path | None, options: Options) -> None:
    """Look for what is wrong, from the config to a streamed reply, and say how to mend it.

    At most two one-token replies a target are paid for, within the budget.
    """
    from relaytop.jobs.check import scope  # noqa: PLC0415 - start-up time
    from relaytop.jobs.check.findings import BAD  # noqa: PLC0415
    from relaytop.report import check as check_report  # noqa: PLC0415 - start-up time

    complaints: dict[str, str] = {}
    settings = load_settings(
        config=options.config, flags=options.flags, environ=os.environ, complaints=complaints
    )
    patients = scope.chosen(settings, what)
    findings, cost_usd = asyncio.run(_go(settings, complaints, patients))
    if form in {"json", "toml"}:
        text = as_data(check_report.document(findings, cost_usd), form)
        text = in_ascii(text, form) if options.ascii else text
    elif form == "markdown":
        text = check_report.markdown(findings, ascii_only=options.ascii)
    else:
        screen = output is None and sys.stdout.isatty()
        coloured = screen and options.color and not os.environ.get("NO_COLOR")
        text = check_report.table(
            findings,
            width=shutil.get_terminal_size().columns if screen else None,
            ascii_only=options.ascii,
            paint=_painted if coloured else None,
        )
    write_result(text, output)
    if any(finding.level == BAD for finding in findings):
        raise SystemExit(FAILED)


def _painted(level: str, mark: str) -> str:
    return click.style(mark, fg=COLOURS[level])


async def _go(
    settings: Settings, complaints: Mapping[str, str], patients: list[Patient]
) -> tuple[list[Finding], float | None]:
    """Return the findings and the USD spent; None where a price is unknown."""
    from relaytop.jobs.check import cost_bound  # noqa: PLC0415 - httpx takes 60 ms
    from relaytop.jobs.check.run import Round  # noqa: PLC0415
    from relaytop.jobs.job_budget import JobBudget  # noqa: PLC0415
    from relaytop.ledger.ledger import Ledger  # noqa: PLC0415

    patients = await cost_bound.with_prices(patients)
    notice = cost_bound.announcement(patients, settings.assumed_price, settings.budget_usd)
    if notice:
        click.echo(notice, err=True)
    if settings.budget_usd <= 0 or not any(patient.targets for patient in patients):
        round_ = Round(settings, complaints, None)
        async with shown_on(sys.stderr, round_.doing):
            return await round_.go(patients), 0.0
    ledger = Ledger(ledger_path())
    try:
        purse = JobBudget(settings.budget_usd, settings.assumed_price, ledger)
        known, assumed, _unpriced = cost_bound.costs_usd(patients, settings.assumed_price)
        await purse.open(known + assumed)
        round_ = Round(settings, complaints, purse)
        async with shown_on(sys.stderr, round_.doing):
            findings = await round_.go(patients)
    finally:
        await asyncio.to_thread(ledger.close)
    for complaint in ledger.complaints():
        click.echo(f"relaytop: {complaint}", err=True)
    return findings, purse.cost_usd if purse.complete else None
