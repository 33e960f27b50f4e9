"""`relaytop roi`: what moving to a relay saves."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, TypeVar

import click

from relaytop.cli.known_names import complete_provider
from relaytop.cli.options import common_options
from relaytop.cli.output import output_options
from relaytop.cli.price_settings import price_settings
from relaytop.jobs.roi import MARKET, price_list, recent_usage
from relaytop.pricing.mix import parse_cost, parse_mix, parse_share, parse_tokens
from relaytop.pricing.roi import compare_month, split_tokens
from relaytop.report.roi import RoiReport

if TYPE_CHECKING:
    from collections.abc import Callable

    from relaytop.cli.options import Options
    from relaytop.cli.output import Output

OUTPUT_SHARE = Decimal("0.25")
T = TypeVar("T")


def _parsed_by(parse: Callable[[str], T]) -> Callable[..., T | None]:
    """Return a callback that parses an option; a ValueError's text becomes the usage error."""

    def callback(_ctx: click.Context, _param: click.Parameter, value: str | None) -> T | None:
        try:
            return None if value is None else parse(value)
        except ValueError as error:
            raise click.BadParameter(str(error)) from None

    return callback


@click.command()
@click.option(
    "--tokens",
    metavar="N",
    callback=_parsed_by(parse_tokens),
    help="Tokens per month: 50M, or several: 1M,10M,100M.",
)
@click.option(
    "--mix",
    metavar="M=SHARE,…",
    callback=_parsed_by(parse_mix),
    help="Share of tokens per model: gpt-4.1=0.7,gemini-2.5-flash=0.3.",
)
@click.option(
    "--from-usage",
    is_flag=True,
    help="Take tokens and mix from the ledger's last 30 days: the relay's targets, else all.",
)
@click.option(
    "--relay",
    metavar="R",
    required=True,
    shell_complete=complete_provider,
    help="A provider of the config, or a built-in price list.",
)
@click.option(
    "--official",
    metavar="R",
    default=MARKET,
    show_default=True,
    shell_complete=complete_provider,
    help="`market`: today's list prices; or a provider of the config, or a built-in price list.",
)
@click.option(
    "--output-share",
    metavar="SHARE",
    callback=_parsed_by(parse_share),
    help=f"Share of output tokens.  [default: {OUTPUT_SHARE}]",
)
@click.option(
    "--migration-cost",
    callback=_parsed_by(parse_cost),
    metavar="USD",
    help="One-off cost of moving.",
)
@output_options()
@common_options
def roi(
    *,
    tokens: list[int] | None,
    mix: dict[str, Decimal] | None,
    from_usage: bool,
    relay: str,
    official: str,
    output_share: Decimal | None,
    migration_cost: Decimal | None,
    output: Output,
    options: Options,
) -> None:
    """Calculate what moving to a relay saves per month and year, by model and in total."""
    if from_usage:
        if any(given is not None for given in (tokens, mix, output_share)):
            message = (
                "--from-usage takes tokens, mix and output share from the ledger: "
                "leave out --tokens, --mix and --output-share"
            )
            raise click.UsageError(message)
        used, usage = recent_usage(relay)
        sizes = [(int(sum(part.total for part in used.values())), used)]
    elif tokens is None or mix is None:
        message = "give --tokens and --mix, or --from-usage"
        raise click.UsageError(message)
    else:
        share = OUTPUT_SHARE if output_share is None else output_share
        sizes, usage = [(size, split_tokens(size, mix, share)) for size in tokens], ""
    size, models = sizes[0]
    settings = price_settings(options)
    providers = settings.providers if settings is not None else ()
    relay_list = price_list("--relay", relay, providers, models)
    official_list = price_list("--official", official, providers, models)
    report = RoiReport(
        official=official,
        relay=relay,
        months=[
            compare_month(each, used, official_list.prices, relay_list.prices)
            for each, used in sizes
        ],
        output_share=sum(part.output for part in models.values()) / Decimal(size),
        usage=usage,
        sources=(official_list.source, relay_list.source),
        migration_usd=migration_cost,
    )
    output.write(report, options)
