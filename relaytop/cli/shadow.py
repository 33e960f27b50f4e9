"""`relaytop shadow`: the same requests to two providers, side by side."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import secrets
import socket
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from relaytop.cli.errors import USAGE
from relaytop.cli.estimate import with_list_prices
from relaytop.cli.job_output import endings, keep_snapshot
from relaytop.cli.options import common_options
from relaytop.cli.output import as_data, write_result
from relaytop.cli.progress import shown_on
from relaytop.cli.recorded import opened, recording_option, refuse_probing_flags
from relaytop.cli.running import run_job
from relaytop.config.errors import RelaytopError
from relaytop.config.load import load_settings
from relaytop.config.paths import ledger_path
from relaytop.report.render import FORMS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaytop.cli.options import Options
    from relaytop.config.settings import Settings
    from relaytop.jobs.shadow.run import Plan, Shadow

UNHEALTHY = 1
AHEAD = 20
"""Requests a target that the ledger is asked for at a time."""


@click.command()
@click.argument("a")
@click.argument("b")
@click.option(
    "--prompts",
    "prompts_file",
    type=click.Path(path_type=Path),
    help="A prompt a line, or JSON lines with `messages`.  [default: five of our own]",
)
@click.option(
    "-n",
    "count",
    type=click.IntRange(1, 100_000),
    default=100,
    show_default=True,
    help="Requests per provider and model.",
)
@click.option("--max-tokens", type=click.IntRange(1, 100_000), help="Bound of each reply.")
@click.option("--seed", type=click.IntRange(0), help="Repeat the order and the intervals of a run.")
@click.option(
    "--save-replies",
    "folder",
    type=click.Path(path_type=Path),
    help="Keep both answers to each request in this folder.",
)
@recording_option
@click.option("--format", "form", type=click.Choice(FORMS), default="table", show_default=True)
@click.option("--output", type=click.Path(path_type=Path), help="Write to this new file instead.")
@common_options
def shadow(
    a: str,
    b: str,
    *,
    prompts_file: Path | None,
    count: int,
    max_tokens: int | None,
    seed: int | None,
    folder: Path | None,
    recording: Path | None,
    form: str,
    output: Path | None,
    options: Options,
) -> None:
    """Send the same requests to the providers A and B in turns, and compare.

    Name models whose ids differ as --model A_ID=B_ID, once for each; without it, the config's
    aliases and the ids that both list are compared. Exit code 1 where a target breaks its
    thresholds. ^C, SIGTERM and SIGHUP keep what there is.
    """
    from relaytop.report import shadow as shadow_report  # noqa: PLC0415 - start-up time

    seed = secrets.randbelow(1_000_000) if seed is None else seed
    code, remarks = None, list[str]()
    if recording is not None:
        refuse_probing_flags(options, "prompts_file", "count", "max_tokens", "folder", but="models")
        document = _recorded(recording, (a, b), options.flags.models, seed)
    else:
        asked = Asked((a, b), prompts_file, count, max_tokens, seed, folder)
        document, code, remarks = _probed(options, asked)
    if form in {"json", "toml"}:
        text = as_data(document, form)
    else:
        text = shadow_report.text(document, markdown=form == "markdown", ascii_only=options.ascii)
    write_result(text, output)
    for line in remarks:
        click.echo(line, err=True)
    if code is not None:
        raise SystemExit(code)
    if any(target["status"] != "up" for target in document["targets"]):
        raise SystemExit(UNHEALTHY)


@dataclasses.dataclass(frozen=True, slots=True)
class Asked:
    """What to send to whom, by the flags."""

    sides: tuple[str, str]
    prompts_file: Path | None
    count: int
    max_tokens: int | None
    seed: int
    folder: Path | None


def _recorded(
    path: Path, sides: tuple[str, str], models: Sequence[str], seed: int
) -> dict[str, Any]:
    """Compare what was recorded of two providers."""
    from relaytop.jobs.shadow.pairs import pairs_of  # noqa: PLC0415 - start-up time
    from relaytop.jobs.shadow.recorded import recorded_shadow  # noqa: PLC0415

    with opened(path) as recording:
        pairs = pairs_of(recording.settings, *sides, models)
        return recorded_shadow(recording, pairs, seed)


def _probed(options: Options, asked: Asked) -> tuple[dict[str, Any], int | None, list[str]]:
    """Send the requests; return the document, an exit code, and lines for stderr.

    The code is None where the figures decide.
    """
    from relaytop.jobs.shadow.answers import make_folder  # noqa: PLC0415 - start-up time
    from relaytop.jobs.shadow.document import shadow_document  # noqa: PLC0415
    from relaytop.jobs.shadow.pairs import pairs_of  # noqa: PLC0415
    from relaytop.jobs.shadow.prompts import BUILT_IN, read_prompts  # noqa: PLC0415
    from relaytop.jobs.shadow.run import Plan  # noqa: PLC0415

    if options.flags.base_url is not None:
        sentence = "--base-url defines one provider, but shadow compares two of the config"
        raise RelaytopError(sentence)
    flags = dataclasses.replace(options.flags, models=())
    settings = load_settings(config=options.config, flags=flags, environ=os.environ)
    settings = _bounded(settings, asked.max_tokens)
    pairs = pairs_of(settings, *asked.sides, options.flags.models)
    targets = tuple(target for pair in pairs for target in (pair.a, pair.b))
    settings = dataclasses.replace(settings, targets=targets)
    file, folder = asked.prompts_file, asked.folder
    prompts = read_prompts(file) if file is not None else BUILT_IN
    if folder is not None:
        make_folder(folder)
    plan = Plan(pairs, prompts, asked.count, asked.seed, keep_answers=folder is not None)
    done, code = asyncio.run(_go(settings, plan))
    document = shadow_document(done, time.time(), socket.gethostname())
    remarks = endings(done.stopped, done.given_up, interrupted=code is not None)
    kept = [keep_snapshot(document), folder is None or _save_answers(done, folder)]
    if code is None and not all(kept):
        code = USAGE
    return document, code, remarks


def _bounded(settings: Settings, max_tokens: int | None) -> Settings:
    if max_tokens is None:
        return settings
    return dataclasses.replace(
        settings,
        targets=tuple(dataclasses.replace(t, max_tokens=max_tokens) for t in settings.targets),
        defaults=dataclasses.replace(settings.defaults, max_tokens=max_tokens),
    )


async def _go(settings: Settings, plan: Plan) -> tuple[Shadow, int | None]:
    from functools import partial  # noqa: PLC0415 - beside what it is for

    from relaytop.jobs.job_budget import JobBudget  # noqa: PLC0415 - httpx takes 60 ms
    from relaytop.jobs.shadow.cost_bound import most_usd  # noqa: PLC0415
    from relaytop.jobs.shadow.run import Shadow  # noqa: PLC0415
    from relaytop.ledger.ledger import Ledger  # noqa: PLC0415
    from relaytop.probe.prober import Prober  # noqa: PLC0415
    from relaytop.probe.warmup import warm_up  # noqa: PLC0415

    settings = await with_list_prices(settings)
    bound = most_usd(settings, plan)
    text = f"{plan.count} requests to each of {len(settings.targets)} targets: "
    text += f"at most ${bound.usd:.4f}"
    if bound.unpriced:
        text += (
            f", {bound.unpriced} of them at the assumed ${settings.assumed_price:g} "
            "per million tokens"
        )
    click.echo(text, err=True)
    ledger = Ledger(ledger_path())
    purse = JobBudget(settings.budget_usd, settings.assumed_price, ledger)
    keeping = partial(Prober, include_text=True)
    job = Shadow(settings, plan, purse, make_prober=keeping, clock=time.time)
    doing: dict[str, str] = {}
    try:
        await purse.open(min(bound.usd, bound.once_usd * AHEAD), bound.once_usd)
        await warm_up()
        async with shown_on(sys.stderr, doing):
            code = await run_job(job.run(), lambda: doing.update(_progress(job)))
    finally:
        await asyncio.to_thread(ledger.close)
        for complaint in ledger.drain_warnings():
            click.echo(f"relaytop: {complaint}", err=True)
    return job, code


def _progress(job: Shadow) -> dict[str, str]:
    return {race.pair.model: f"{len(race.rounds)}/{job.plan.count}" for race in job.races}


def _save_answers(done: Shadow, folder: Path) -> bool:
    """Save the replies and say where; whether all could be."""
    from relaytop.jobs.shadow.answers import save_answers  # noqa: PLC0415

    try:
        count = sum(save_answers(race, folder) for race in done.races)
    except OSError as error:
        click.echo(f"relaytop: replies are not saved in {folder}: {error.strerror}", err=True)
        return False
    click.echo(f"replies saved: {count} files in {folder}", err=True)
    return True
