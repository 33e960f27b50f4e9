"""`relaytop pick MODEL`: the healthiest provider for a model now."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from relaytop.cli.options import Duration, common_options
from relaytop.cli.output import as_data, write_result
from relaytop.cli.picking import Search, facts, find, keep_finding, serving
from relaytop.cli.recorded import opened, recording_option, refuse_probing_flags
from relaytop.config.durations import parse_window
from relaytop.config.load import load_settings
from relaytop.report.render import FORMS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaytop.cli.options import Options
    from relaytop.config.settings import Settings
    from relaytop.jobs.pick.ranking import Candidate

NOBODY = 1
TITLES = ("target", "ok", "P50", "P95", "$/Mtok", "last error")


@click.command()
@click.argument("model")
@click.option(
    "-n", "count", type=click.IntRange(1, 1000), default=5, show_default=True, help="Probes each."
)
@click.option(
    "--format", "form", type=click.Choice([*FORMS, "env"]), default="table",
    show_default=True, help="`env`: lines that a shell can eval.",
)  # fmt: skip
@click.option("--output", type=click.Path(path_type=Path), help="Write to this new file instead.")
@click.option("--watch", is_flag=True, help="Go on, and tell when the choice changes.")
@click.option("--every", "every_s", type=Duration(), default=30.0, help="Between two rounds: 30s.")
@click.option("--exec", "command", metavar="CMD", help="With --watch: run this when it changes.")
@click.option("--fresh", is_flag=True, help="Probe though an agent of this config runs.")
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
    fresh: bool,
    recording: Path | None,
    options: Options,
) -> None:
    """Probe the providers that serve a model and print the healthiest.

    Success counts first, then P95, then price. Exit code 1 when none is healthy. A command that
    `--exec` runs finds the choice in RELAYTOP_TARGET, RELAYTOP_PROVIDER, RELAYTOP_MODEL,
    RELAYTOP_BASE_URL, RELAYTOP_API and RELAYTOP_PREVIOUS; never a key. An agent of the same config
    that runs on this machine is read instead of probing. With --recording it is who was the
    healthiest when the recording ended.
    """
    if command is not None and not watch:
        message = "--exec needs --watch"
        raise click.UsageError(message)
    if watch and (form != "table" or output is not None):
        message = (
            "--watch tells each change as a line of JSON on stdout: leave --format and --output"
        )
        raise click.UsageError(message)
    if recording is not None:
        refuse_probing_flags(options, "count", "watch", "every_s", "command", "fresh", but="window")
        watched, found = _recorded(recording, model, options.flags.window)
    else:
        search = Search(_settings(options, model), model, count, fresh)
        watched = asyncio.run(serving(search))
        if watch:
            asyncio.run(keep_finding(search, watched, every_s, command))
        found = asyncio.run(find(search, watched))
    best = found[0] if found[0].healthy else None
    if form in {"json", "toml"}:
        text = as_data(_document(watched, found), form)
    elif form == "env":
        text = _env(watched, best)
    else:
        text = _table(found, markdown=form == "markdown")
    write_result(text, output)
    if best is None:
        click.echo(f"no healthy provider for {model}", err=True)
        raise SystemExit(NOBODY)


def _settings(options: Options, model: str) -> Settings:
    """Load the settings; the model that is looked for is that of an ad-hoc provider, unsaid."""
    flags = options.flags
    if flags.base_url is not None and not flags.models:
        flags = dataclasses.replace(flags, models=(model,))
    return load_settings(config=options.config, flags=flags, environ=os.environ)


def _recorded(path: Path, model: str, window: str | None) -> tuple[Settings, list[Candidate]]:
    from relaytop.jobs.pick.recorded import recorded_candidates  # noqa: PLC0415 - start-up time

    with opened(path) as recording:
        return recorded_candidates(recording, model, parse_window(window) if window else None)


def _env(settings: Settings, best: Candidate | None) -> str:
    told = facts(settings, best)
    return "\n".join(f"{name}={shlex.quote(value)}" for name, value in told.items())


def _document(settings: Settings, found: Sequence[Candidate]) -> dict[str, Any]:
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
    return {**({"target": best.target} if best else {}), "candidates": known}


def _table(found: Sequence[Candidate], *, markdown: bool) -> str:
    from relaytop.report import snapshot  # noqa: PLC0415

    cells = [
        [
            each.target,
            f"{each.ok}/{each.requests}",
            snapshot.milliseconds(each.p50_ms),
            snapshot.milliseconds(each.p95_ms),
            "" if each.price is None else f"{each.price:.2f}",
            each.error or "",
        ]
        for each in found
    ]
    return (snapshot.markdown if markdown else snapshot.plain)(TITLES, cells)
