"""`relaytop baseline`: N probes per target, then the baseline."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from relaytop.cli.errors import USAGE
from relaytop.cli.estimate import say_cost, with_list_prices
from relaytop.cli.job_output import endings, keep_snapshot
from relaytop.cli.options import common_options
from relaytop.cli.output import as_data, write_result
from relaytop.cli.progress import shown_on
from relaytop.cli.recorded import opened, read_document, recording_option, refuse_probing_flags
from relaytop.cli.running import run_job
from relaytop.cli.targets import selected_targets
from relaytop.config.load import load_settings
from relaytop.config.paths import ledger_path
from relaytop.report.render import FORMS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from relaytop.cli.options import Options
    from relaytop.config.settings import Settings
    from relaytop.jobs.baseline import Baseline, Plan

UNHEALTHY = 1


@click.command()
@click.argument("targets", nargs=-1, metavar="[TARGET]…")
@click.option(
    "-n", "count", type=click.IntRange(1, 100_000), default=100, help="Probes per target."
)
@click.option(
    "--concurrency",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    help="Probes of one target at a time.",
)
@click.option(
    "--rate",
    "rate_s",
    type=click.FloatRange(0.01, 1000),
    help="Probes of one target a second, whatever the replies do.",
)
@click.option(
    "--against", type=click.Path(path_type=Path), help="Compare with this snapshot or recording."
)
@recording_option
@click.option(
    "--fail-on",
    type=click.Choice(["regression"]),
    help="With --against: exit with 1 where something got worse beyond noise.",
)
@click.option("--format", "form", type=click.Choice(FORMS), default="table", show_default=True)
@click.option("--output", type=click.Path(path_type=Path), help="Write to this new file instead.")
@common_options
def baseline(
    targets: tuple[str, ...],
    *,
    count: int,
    concurrency: int,
    rate_s: float | None,
    against: Path | None,
    recording: Path | None,
    fail_on: str | None,
    form: str,
    output: Path | None,
    options: Options,
) -> None:
    """Probe each target N times, one after another, and report what it showed.

    Exit code 1 where a target breaks its thresholds. ^C, SIGTERM and SIGHUP keep what there is.
    """
    from relaytop.report import baseline as baseline_report  # noqa: PLC0415 - start-up time
    from relaytop.store.difference import of_the_same, regressed  # noqa: PLC0415

    if fail_on is not None and against is None:
        message = "--fail-on needs --against: name the snapshot to compare with"
        raise click.UsageError(message)
    if recording is not None:
        refuse_probing_flags(options, "count", "concurrency", "rate_s")
    reference = read_document(against) if against is not None else None
    found: Found
    if recording is not None:
        found = _recorded(recording, targets)
    else:
        found = _probed(options, targets, count, concurrency, rate_s)
    document = found.document
    if reference is not None:
        reference = of_the_same(reference, document)
    if form in {"json", "toml"}:
        text = as_data(document, form)
    else:
        text = baseline_report.text(
            document,
            found.latencies_ms,
            reference,
            markdown=form == "markdown",
            ascii_only=options.ascii,
        )
    write_result(text, output)
    if reference is not None and form in {"json", "toml"}:
        click.echo(baseline_report.compared(reference, document), err=True)
    for line in found.remarks:
        click.echo(line, err=True)
    if found.code is not None:
        raise SystemExit(found.code)
    worse = fail_on is not None and reference is not None and regressed(reference, document)
    if worse or any(target["status"] != "up" for target in document["targets"]):
        raise SystemExit(UNHEALTHY)


class Found(NamedTuple):
    """What there is to baseline."""

    document: dict[str, Any]
    latencies_ms: Mapping[str, Sequence[float]]
    code: int | None = None
    """The exit code, where it is not the figures' to decide."""
    remarks: Sequence[str] = ()
    """Lines for stderr, below the baseline."""


def _recorded(path: Path, targets: Sequence[str]) -> Found:
    """Read what was recorded of the targets."""
    from relaytop.jobs.recorded import Recorded  # noqa: PLC0415 - start-up time

    with opened(path) as recording:
        done = Recorded(recording, selected_targets(recording.settings, targets))
    return Found(done.document("baseline"), done.latencies_ms)


def _probed(
    options: Options, targets: Sequence[str], count: int, concurrency: int, rate_s: float | None
) -> Found:
    """Probe the targets and save a snapshot."""
    from relaytop.jobs.baseline import Plan  # noqa: PLC0415 - start-up time
    from relaytop.report.baseline import baseline_document  # noqa: PLC0415

    settings = load_settings(config=options.config, flags=options.flags, environ=os.environ)
    watched = selected_targets(settings, targets)
    done, code = asyncio.run(_go(watched, Plan(count, concurrency, rate_s)))
    document = baseline_document(done, time.time(), socket.gethostname())
    remarks = endings(done.stopped, done.given_up, interrupted=code is not None)
    if not keep_snapshot(document) and code is None:
        code = USAGE
    return Found(document, done.latencies_ms, code, remarks)


async def _go(settings: Settings, plan: Plan) -> tuple[Baseline, int | None]:
    from relaytop.jobs.baseline import AHEAD, Baseline  # noqa: PLC0415 - httpx takes 60 ms
    from relaytop.jobs.job_budget import JobBudget  # noqa: PLC0415
    from relaytop.ledger.ledger import Ledger  # noqa: PLC0415
    from relaytop.probe.prober import Prober  # noqa: PLC0415
    from relaytop.probe.warmup import warm_up  # noqa: PLC0415

    settings = await with_list_prices(settings)
    once = say_cost(settings, plan.count)
    ledger = Ledger(ledger_path())
    purse = JobBudget(settings.budget_usd, settings.assumed_price, ledger)
    job = Baseline(settings, plan, purse, make_prober=Prober, clock=time.time)
    doing: dict[str, str] = {}
    try:
        await purse.open(once * min(plan.count, AHEAD * plan.concurrency), once)
        await warm_up()
        async with shown_on(sys.stderr, doing):
            code = await run_job(job.run(), lambda: doing.update(progress(job)))
    finally:
        await asyncio.to_thread(ledger.close)
        for complaint in ledger.drain_warnings():
            click.echo(f"relaytop: {complaint}", err=True)
    return job, code


def progress(job: Baseline) -> dict[str, str]:
    """Return target → how far it is, with the running P50 and failures."""
    found = {}
    for name in job.monitor.targets():
        summary = job.monitor.summary(name, 0.0)
        text = f"{summary.requests}/{job.plan.count}"
        if summary.latency.p50 is not None:
            text += f" P50 {summary.latency.p50:.0f} ms"
        failed = summary.requests - summary.ok
        found[name] = text + (f", {failed} failed" if failed else "")
    return found
