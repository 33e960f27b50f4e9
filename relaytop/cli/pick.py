"""`relaytop pick MODEL`: the healthiest provider for a model now."""

from __future__ import annotations

import asyncio
import json
import os
import shlex
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from relaytop.cli.estimate import say_cost, with_list_prices
from relaytop.cli.options import Duration, common_options
from relaytop.cli.output import write_result
from relaytop.cli.progress import shown_on
from relaytop.cli.recorded import opened, recording_option, refuse_probing_flags
from relaytop.config.durations import parse_window
from relaytop.config.keyless import without_keys
from relaytop.config.load import load_settings
from relaytop.config.paths import ledger_path, lock_path

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaytop.cli.options import Options
    from relaytop.config.settings import Settings
    from relaytop.jobs.pick.ranking import Candidate
    from relaytop.jobs.purse import Purse

NOBODY = 1
TITLES = ("target", "ok", "P50", "P95", "$/Mtok", "last error")


@click.command()
@click.argument("model")
@click.option(
    "-n", "count", type=click.IntRange(1, 1000), default=5, show_default=True, help="Probes each."
)
@click.option(
    "--format", "form", type=click.Choice(["table", "json", "env"]), default="table",
    show_default=True, help="`env`: lines that a shell can eval.",
)  # fmt: skip
@click.option("--output", type=click.Path(path_type=Path), help="Write to this new file instead.")
@click.option("--watch", is_flag=True, help="Go on, and tell when the choice changes.")
@click.option("--every", "every_s", type=Duration(), default=30.0, help="Between two rounds: 30s.")
@click.option("--exec", "command", metavar="CMD", help="With --watch: run this when it changes.")
@recording_option
@common_options
def pick(
    model: str,
    *,
    count: int,
    form: str,
    output: Path | None,
    watch: bool,
    every_s: float,
    command: str | None,
    recording: Path | None,
    options: Options,
) -> None:
    """Probe the providers that serve a model and print the healthiest.

    Success counts first, then P95, then price. Exit code 1 when none is healthy. A command that
    `--exec` runs finds the choice in RELAYTOP_TARGET, RELAYTOP_PROVIDER, RELAYTOP_MODEL,
    RELAYTOP_BASE_URL, RELAYTOP_API and RELAYTOP_PREVIOUS; never a key. With --recording it is who
    was the healthiest when the recording ended.
    """
    from relaytop.jobs.pick.candidates import candidates  # noqa: PLC0415 - start-up time

    if command is not None and not watch:
        message = "--exec needs --watch"
        raise click.UsageError(message)
    if recording is not None:
        refuse_probing_flags(options, "count", "watch", "every_s", "command", but="window")
        watched, found = _recorded(recording, model, options.flags.window)
    else:
        settings = load_settings(config=options.config, flags=options.flags, environ=os.environ)
        watched = candidates(settings, model)
        if watch:
            asyncio.run(_watch(watched, model, count, every_s, command))
            return
        found = asyncio.run(_once(watched, count))
    best = found[0] if found[0].healthy else None
    if form == "json":
        text = json.dumps(_document(watched, found), indent=2, ensure_ascii=False)
    elif form == "env":
        text = _env(watched, best)
    else:
        text = _table(found)
    write_result(text, output)
    if best is None:
        click.echo(f"no healthy provider for {model}", err=True)
        raise SystemExit(NOBODY)


def _recorded(path: Path, model: str, window: str | None) -> tuple[Settings, list[Candidate]]:
    from relaytop.jobs.pick.recorded import recorded_candidates  # noqa: PLC0415 - start-up time

    with opened(path) as recording:
        return recorded_candidates(recording, model, parse_window(window) if window else None)


async def _once(settings: Settings, count: int) -> list[Candidate]:
    settings = await with_list_prices(settings)
    once = say_cost(settings, count)
    from relaytop.jobs.purse import Purse  # noqa: PLC0415 - httpx takes 60 ms
    from relaytop.ledger.ledger import Ledger  # noqa: PLC0415

    ledger = Ledger(ledger_path())
    try:
        purse = Purse(settings.budget_usd, settings.assumed_price, ledger)
        await purse.open(once * count, once)
        doing: dict[str, str] = {"probing": ", ".join(t.id for t in settings.targets)}
        async with shown_on(sys.stderr, doing):
            return await _round(settings, count, purse)
    finally:
        await asyncio.to_thread(ledger.close)


async def _round(settings: Settings, count: int, purse: Purse) -> list[Candidate]:
    from relaytop.jobs.baseline import Baseline, Plan  # noqa: PLC0415
    from relaytop.jobs.pick.ranking import ranked  # noqa: PLC0415
    from relaytop.probe.prober import Prober  # noqa: PLC0415

    job = Baseline(settings, Plan(count), purse, make_prober=Prober, clock=time.time)
    await job.run()
    if job.stopped is not None:
        click.echo(f"relaytop: {job.stopped}", err=True)
    prices = {
        target.id: price
        for target in settings.targets
        if (price := settings.provider(target.provider).prices.get(target.model)) is not None
    }
    now = time.time()
    return ranked([job.monitor.summary(name, now) for name in job.monitor.targets()], prices)


async def _watch(
    settings: Settings, model: str, count: int, every_s: float, command: str | None
) -> None:
    from relaytop.jobs.pick.choice import Choice  # noqa: PLC0415
    from relaytop.jobs.pick.command import Command  # noqa: PLC0415
    from relaytop.jobs.purse import Purse  # noqa: PLC0415
    from relaytop.ledger.ledger import Ledger  # noqa: PLC0415

    settings = await with_list_prices(settings)
    once = say_cost(settings, count)
    keys = [provider.key_from for provider in settings.providers]
    runner = (
        Command(command, without_keys(os.environ, keys), lock_path(f"pick-{model}"))
        if command is not None
        else None
    )
    choice, ledger = Choice(), Ledger(ledger_path())
    purse = Purse(settings.budget_usd, settings.assumed_price, ledger)
    try:
        await purse.open(once * count, once)
        while True:
            began, before = time.monotonic(), choice.target
            found = await _round(settings, count, purse)
            if choice.after(found):
                chosen = next((each for each in found if each.target == choice.target), None)
                facts = _facts(settings, chosen) | {"RELAYTOP_PREVIOUS": before or ""}
                line = {"at": round(time.time(), 3), "target": choice.target, "previous": before}
                click.echo(json.dumps(line))
                if runner is not None:
                    runner.tell(facts)
            await asyncio.sleep(max(0.0, every_s - (time.monotonic() - began)))
    finally:
        if runner is not None:
            await runner.finish()
        await asyncio.to_thread(ledger.close)


def _facts(settings: Settings, chosen: Candidate | None) -> dict[str, str]:
    """Return what a shell or a command is told; a value that is not known is empty.

    None is where nobody is healthy; the address and what is spoken there are not in a recording.
    """
    provider = settings.provider(chosen.provider) if chosen is not None else None
    return {
        "RELAYTOP_TARGET": chosen.target if chosen else "",
        "RELAYTOP_PROVIDER": chosen.provider if chosen else "",
        "RELAYTOP_MODEL": chosen.model if chosen else "",
        "RELAYTOP_BASE_URL": provider.base_url if provider else "",
        "RELAYTOP_API": provider.api if provider and provider.base_url else "",
    }


def _env(settings: Settings, best: Candidate | None) -> str:
    facts = _facts(settings, best)
    return "\n".join(f"{name}={shlex.quote(value)}" for name, value in facts.items())


def _document(settings: Settings, found: Sequence[Candidate]) -> dict[str, object]:
    best = found[0] if found[0].healthy else None
    rows = [
        {
            "target": each.target,
            "base_url": settings.provider(each.provider).base_url or None,
            "healthy": each.healthy,
            "requests": each.requests,
            "ok": each.ok,
            "p50_ms": each.p50_ms,
            "p95_ms": each.p95_ms,
            "usd_per_mtok": each.price,
            "last_error": each.error,
        }
        for each in found
    ]
    known = [{key: value for key, value in row.items() if value is not None} for row in rows]
    return {"target": best.target if best else None, "candidates": known}


def _table(found: Sequence[Candidate]) -> str:
    from relaytop.store import table  # noqa: PLC0415

    cells = [
        [
            each.target,
            f"{each.ok}/{each.requests}",
            table.milliseconds(each.p50_ms),
            table.milliseconds(each.p95_ms),
            "" if each.price is None else f"{each.price:.2f}",
            each.error or "",
        ]
        for each in found
    ]
    return table.plain(TITLES, cells)
