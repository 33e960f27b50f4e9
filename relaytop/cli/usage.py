"""`relaytop usage`: tokens and cost by day, week or month, from the ledger."""

from __future__ import annotations

import time
from datetime import UTC
from typing import TYPE_CHECKING

import click

from relaytop.cli.known_names import complete_target
from relaytop.cli.options import look_options
from relaytop.cli.output import output_options
from relaytop.config.errors import RelaytopError
from relaytop.config.paths import ledger_path
from relaytop.config.suggestions import suggestion
from relaytop.ledger.usage import group, known_targets, parse_since, read_usage
from relaytop.report.usage import PERIOD_TITLES, UsageReport
from relaytop.wire.text import clean

if TYPE_CHECKING:
    from datetime import tzinfo

    from relaytop.cli.options import Options
    from relaytop.cli.output import Output
    from relaytop.ledger.usage import By


@click.command()
@click.option(
    "--by",
    type=click.Choice(list(PERIOD_TITLES)),
    default="day",
    show_default=True,
    help="Period to group by.",
)
@click.option("--since", metavar="S", help="A date (2026-11-23) or a time span (7d, 12h, 90m).")
@click.option(
    "--target",
    "targets",
    multiple=True,
    metavar="T",
    shell_complete=complete_target,
    help="Only this target; repeatable.",
)
@click.option("--utc", is_flag=True, help="Use UTC days instead of local ones.")
@output_options()
@look_options
def usage(
    *,
    by: By,
    since: str | None,
    targets: tuple[str, ...],
    utc: bool,
    output: Output,
    options: Options,
) -> None:
    """Print tokens and cost per target and in total, from the ledger."""
    zone = UTC if utc else None
    path = ledger_path()
    since_s = _since(since, zone)
    known = known_targets(path)
    for target in targets:
        if known and target not in known:
            clause = suggestion(target, map(clean, known))
            sentence = f"--target {target}: the ledger has no entry for it; {clause}"
            raise RelaytopError(sentence)
    periods = group(read_usage(path, targets, since_s or 0.0), by, zone)
    if not known:
        click.echo(f"the ledger is empty: {path}", err=True)
    elif not periods:
        click.echo(f"the ledger has no entries since {since}", err=True)
    output.write(UsageReport(periods, by, since_s, zone), options)


def _since(text: str | None, zone: tzinfo | None) -> float | None:
    try:
        return None if text is None else parse_since(text, time.time(), zone)
    except ValueError as error:
        sentence = f"--since: {error}"
        raise RelaytopError(sentence) from None
