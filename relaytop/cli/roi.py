"""`relaytop roi`: what moving to a relay saves."""

from __future__ import annotations

import os
import time
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import click

from relaytop.cli.options import common_options
from relaytop.cli.output import FORMS, as_data, write_result
from relaytop.config.errors import ConfigError, RelaytopError
from relaytop.config.flags import adhoc_provider
from relaytop.config.load import load_settings
from relaytop.config.paths import config_file, ledger_path
from relaytop.pricing.mix import parse_mix, parse_number, parse_tokens

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from relaytop.cli.options import Options
    from relaytop.config.settings import Price, Provider
    from relaytop.pricing.roi import ModelLine, Month, Part

MARKET = "market"
OUTPUT_SHARE = Decimal("0.25")
USAGE_DAYS = 30
DAY_S = 86_400
TITLES = ("a month", "target", "official", "relay", "saved", "share")


def _tokens(_ctx: click.Context, _param: click.Parameter, value: str | None) -> list[int] | None:
    try:
        return None if value is None else parse_tokens(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


def _mix(
    _ctx: click.Context, _param: click.Parameter, value: str | None
) -> dict[str, Decimal] | None:
    try:
        return None if value is None else parse_mix(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


def _share(_ctx: click.Context, _param: click.Parameter, value: str | None) -> Decimal | None:
    number = None if value is None else parse_number(value)
    if value is not None and (number is None or number > 1):
        message = f"{value[:20]!r} is no share: write a number from 0 to 1, such as 0.25"
        raise click.BadParameter(message)
    return number


def _cost(_ctx: click.Context, _param: click.Parameter, value: str | None) -> Decimal | None:
    number = None if value is None else parse_number(value)
    if value is not None and not number:
        message = f"{value[:20]!r} is no cost: write USD above 0, such as 5000"
        raise click.BadParameter(message)
    return number


@click.command()
@click.option("--tokens", callback=_tokens, help="Tokens a month: 50M, or several: 1M,10M,100M.")
@click.option("--mix", callback=_mix, help="Shares of models: gpt-4.1=0.7,gemini-2.5-flash=0.3.")
@click.option(
    "--from-usage",
    is_flag=True,
    help="Take both from the ledger's last 30 days: the relay's own targets, else all.",
)
@click.option("--relay", required=True, help="A provider of the config, or a price book.")
@click.option(
    "--official",
    default=MARKET,
    show_default=True,
    help="`market`: today's list prices; or a provider of the config, or a price book.",
)
@click.option(
    "--output-share",
    callback=_share,
    help=f"Share of the tokens that are output.  [default: {OUTPUT_SHARE}]",
)
@click.option("--migration-cost", callback=_cost, metavar="USD", help="What moving costs, once.")
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMS),
    default="table",
    show_default=True,
)
@click.option("--output", type=click.Path(path_type=Path), help="Write to this new file instead.")
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
    form: str,
    output: Path | None,
    options: Options,
) -> None:
    """Print what moving to a relay saves a month and a year, per model and in all."""
    from relaytop.pricing.roi import month, parts  # noqa: PLC0415 - start-up time

    if from_usage:
        if any(given is not None for given in (tokens, mix, output_share)):
            message = (
                "--from-usage takes tokens, mix and output share from the ledger: "
                "leave --tokens, --mix and --output-share"
            )
            raise click.UsageError(message)
        used, whose = _used(relay)
        sizes = [(int(sum(part.tokens for part in used.values())), used)]
    elif tokens is None or mix is None:
        message = "say --tokens and --mix, or --from-usage"
        raise click.UsageError(message)
    else:
        share = OUTPUT_SHARE if output_share is None else output_share
        sizes, whose = [(size, parts(size, mix, share)) for size in tokens], ""
    models = sizes[0][1]
    providers = _providers(options)
    relay_prices, relay_source = _prices("--relay", relay, providers, models)
    official_prices, official_source = _prices("--official", official, providers, models)
    months = [month(size, used, official_prices, relay_prices) for size, used in sizes]
    if form in {"json", "toml"}:
        document = {
            "official": official,
            "relay": relay,
            "months": [_document(each, migration_cost) for each in months],
        }
        text = as_data(document, form)
    else:
        share = sum(part.output for part in models.values()) / Decimal(sizes[0][0])
        heading = (
            f"USD a month{whose}: {official} prices against {relay}, {_percent(share, 0)} output"
        )
        said = (line for each in months for line in _said(each, migration_cost))
        notes = [*said, official_source, relay_source]
        text = _text(months, heading, notes, markdown=form == "markdown")
    write_result(text, output)


# ── where the figures are from ───────────────────────────────────────────────


def _providers(options: Options) -> tuple[Provider, ...]:
    """Return the config's providers, of which no key is needed; none where there is no config."""
    try:
        loaded = load_settings(
            config=options.config, flags=options.flags, environ=os.environ, complaints={}
        )
    except ConfigError:
        path, named_by = config_file(options.config, os.environ)
        if named_by is not None or path.exists() or adhoc_provider(options.flags) is not None:
            raise
        return ()
    return loaded.providers


def _prices(
    flag: str, name: str, providers: Sequence[Provider], models: Iterable[str]
) -> tuple[dict[str, Price], str]:
    """Return what models cost in the price list of that name, and a line on where it is from.

    A model's price is the config's, else the book's, else the list price: at the provider's URL,
    or, for the market, at the model's maker.
    """
    from relaytop.pricing.list_price import list_price, official_price  # noqa: PLC0415

    own = next((provider for provider in providers if provider.name == name), None)
    known = _known(flag, name, own, providers)
    found: dict[str, Price] = {}
    sources: dict[str, None] = {}
    now = time.time()
    for model in models:
        priced = known.get(model) or known.get(model.rpartition("/")[2])
        if priced is None and (own or name == MARKET):
            listed = list_price(own.base_url, model, now) if own else official_price(model, now)
            priced = (listed, "today's list prices") if listed else None
        if priced is None:
            sentence = f"{flag} {name}: it has no price of {model!r}; {_remedy(name, model, known)}"
            raise RelaytopError(sentence)
        found[model], source = priced
        sources[source] = None
    return found, f"{name}: {'; '.join(sources)}"


def _known(
    flag: str, name: str, own: Provider | None, providers: Sequence[Provider]
) -> dict[str, tuple[Price, str]]:
    """Return model → price and its source, of the config and the book of that name."""
    from relaytop.config.suggestions import nearest  # noqa: PLC0415
    from relaytop.pricing.books import book_names, read_book  # noqa: PLC0415

    books = book_names()
    if own is None and name not in (MARKET, *books):
        names = [*(provider.name for provider in providers), *books, MARKET]
        near = nearest(name, names)
        hint = f"did you mean {near!r}?" if near else f"known: {', '.join(names)}"
        sentence = f"{flag} {name}: no such price list; {hint}"
        raise RelaytopError(sentence)
    known: dict[str, tuple[Price, str]] = {}
    if name in books:
        book = read_book(name)
        known |= {model: (price, book.source) for model, price in book.prices.items()}
    if own is not None:
        known |= {model: (price, "the config's prices") for model, price in own.prices.items()}
    return known


def _remedy(name: str, model: str, known: Collection[str]) -> str:
    from relaytop.config.suggestions import nearest  # noqa: PLC0415

    if near := nearest(model, [*known]):
        return f"did you mean {near!r}?"
    if name == MARKET:
        return f'name a provider of the config that has: [providers.X.prices."{model}"]'
    set_it = f'set it in the config: [providers.{name}.prices."{model}"]'
    return f"known: {', '.join(known)}; or {set_it}" if known else set_it


def _used(relay: str) -> tuple[dict[str, Part], str]:
    """Return model → what the ledger's last thirty days hold of it, and whose it is, in words."""
    from relaytop.ledger.usage import read_usage  # noqa: PLC0415
    from relaytop.pricing.roi import Part  # noqa: PLC0415

    rows = [
        row
        for row in read_usage(ledger_path(), (), time.time() - USAGE_DAYS * DAY_S)
        if row.input_tokens + row.output_tokens
    ]
    if not rows:
        sentence = f"--from-usage: no tokens are booked for the last {USAGE_DAYS} days; "
        sentence += "say --tokens and --mix instead"
        raise RelaytopError(sentence)
    of_relay = [row for row in rows if row.target.startswith(f"{relay}/")]
    found: dict[str, Part] = {}
    for row in of_relay or rows:
        model = row.target.partition("/")[2]
        before = found.get(model, Part(Decimal(0), Decimal(0)))
        found[model] = Part(before.input + row.input_tokens, before.output + row.output_tokens)
    whose = f"{relay}'s" if of_relay else "all targets'"
    return found, f" as {whose} last {USAGE_DAYS} days"


# ── table, Markdown, JSON and TOML ─────────────────────────────────────────────────


def _text(months: Sequence[Month], heading: str, notes: Sequence[str], *, markdown: bool) -> str:
    from relaytop.report import snapshot  # noqa: PLC0415

    cells = []
    for each in months:
        size = _size(each.tokens)
        cells += [[size, line.model, *_sums(line)] for line in each.lines]
        if len(each.lines) > 1:
            cells.append([size, "total", *_sums(each)])
    draw, end = (snapshot.markdown, "  \n") if markdown else (snapshot.plain, "\n")
    return "\n\n".join([heading, draw(TITLES, cells), end.join(notes)])


def _sums(of: Month | ModelLine) -> list[str]:
    figures = [_usd(usd) for usd in (of.official_usd, of.relay_usd, of.saved_usd)]
    return [*figures, _percent(of.saved_share, 1)]


def _said(each: Month, cost: Decimal | None) -> list[str]:
    size, gap = _size(each.tokens), " " * len(_size(each.tokens))
    if each.saved_usd <= 0:
        more = f": {_usd(-each.saved_usd)} USD more a month" if each.saved_usd else ""
        never = f"{gap}  migration of {_usd(cost)} USD: never back" if cost else ""
        return [f"{size}: moving saves nothing{more}", *filter(None, [never])]
    lines = [
        f"{size}: {_usd(each.saved_usd)} USD saved a month, {_usd(each.saved_year_usd)} a year"
    ]
    if cost is not None:
        payback, back = each.payback_months(cost), each.roi(cost)
        line = f"{gap}  migration of {_usd(cost)} USD: back after {payback:,.1f} months"
        lines.append(f"{line}, first year's ROI {_percent(back, 0)}")
    return lines


def _usd(value: Decimal) -> str:
    return f"{value:z,.2f}"


def _percent(share: Decimal | None, places: int) -> str:
    return "" if share is None else f"{share * 100:z,.{places}f} %"


def _size(tokens: int) -> str:
    for unit, letter in ((10**9, "B"), (10**6, "M"), (10**3, "k")):
        if tokens >= unit:
            return f"{tokens / unit:.4g}{letter}"
    return str(tokens)


def _document(each: Month, cost: Decimal | None) -> dict[str, object]:
    payback = None if cost is None else each.payback_months(cost)
    back = None if cost is None else each.roi(cost)
    row = {
        **_figures(each),
        "saved_year_usd": _cents(each.saved_year_usd),
        "payback_months": None if payback is None else round(float(payback), 3),
        "roi": None if back is None else round(float(back), 6),
        "models": [{"model": line.model, **_figures(line)} for line in each.lines],
    }
    return {key: value for key, value in row.items() if value is not None}


def _figures(of: Month | ModelLine) -> dict[str, float]:
    found = {
        "tokens": round(of.tokens),
        "official_usd": _cents(of.official_usd),
        "relay_usd": _cents(of.relay_usd),
        "saved_usd": _cents(of.saved_usd),
    }
    if of.saved_share is not None:
        found["saved_share"] = round(float(of.saved_share), 6)
    return found


def _cents(value: Decimal) -> float:
    return float(f"{value:z.2f}")
