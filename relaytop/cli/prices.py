"""`relaytop prices`: relay prices against official ones, per model."""

from __future__ import annotations

import json
import os
import time
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from relaytop.cli.options import common_options
from relaytop.cli.output import FORMS, as_data, in_ascii, write_result
from relaytop.config.errors import ConfigError
from relaytop.config.flags import adhoc_provider
from relaytop.config.load import load_settings
from relaytop.config.paths import config_file, snapshots_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from relaytop.cli.options import Options
    from relaytop.config.settings import Price, Provider, Settings
    from relaytop.jobs.prices import Compared

TITLES = ("target", "in", "out", "official in", "official out", "saved", "P50", "advertised")
LOOKED_AT = 20
"""Newest snapshots that are searched for a P50."""


@click.command()
@click.option(
    "--output-share",
    type=click.FloatRange(0, 1),
    default=0.25,
    show_default=True,
    help="Share of the tokens that are output.",
)
@click.option("--format", "form", type=click.Choice(FORMS), default="table", show_default=True)
@click.option("--output", type=click.Path(path_type=Path), help="Write to this new file instead.")
@common_options
def prices(output_share: float, form: str, output: Path | None, options: Options) -> None:
    """Print what each model costs at its relay and at its maker, in USD per million tokens.

    Beside it the P50 that was measured last and the latency that the relay advertises. Without a
    config the relays that relaytop has a price book of are shown.
    """
    try:
        # A price needs no key.
        settings = load_settings(
            config=options.config, flags=options.flags, environ=os.environ, complaints={}
        )
        found = _configured(settings)
    except ConfigError:
        path, named_by = config_file(options.config, os.environ)
        if named_by is not None or path.exists() or adhoc_provider(options.flags) is not None:
            raise
        found = _booked()
    if form in {"json", "toml"}:
        rows = [_row_document(each, output_share) for each in found]
        # A TOML document is a table, which a list must have a name in.
        text = (
            as_data({"prices": rows}, form)
            if form == "toml"
            else json.dumps(rows, indent=2, ensure_ascii=False)
        )
    else:
        text = _table(found, output_share, markdown=form == "markdown")
    write_result(in_ascii(text, form) if options.ascii else text, output)


def _configured(settings: Settings) -> list[Compared]:
    from relaytop.jobs.prices import Compared, newest_p50s_ms  # noqa: PLC0415 - start-up time
    from relaytop.pricing.list_price import list_price, official_price  # noqa: PLC0415

    p50s, now = newest_p50s_ms(_snapshots()), time.time()
    found = []
    for provider in settings.providers:
        promised = _promised(provider)
        for model in dict.fromkeys((*provider.models, *provider.prices)):
            target = f"{provider.name}/{model}"
            found.append(
                Compared(
                    target,
                    provider.prices.get(model) or list_price(provider.base_url, model, now),
                    official_price(model, now),
                    p50s.get(target),
                    promised.get(model),
                )
            )
    return found


def _booked() -> list[Compared]:
    from relaytop.jobs.prices import Compared  # noqa: PLC0415
    from relaytop.pricing.books import book_names, read_book  # noqa: PLC0415
    from relaytop.pricing.list_price import official_price  # noqa: PLC0415

    now = time.time()
    return [
        Compared(
            f"{book.name}/{model}",
            price,
            official_price(model, now),
            advertised_ms=book.latency_ms.get(model),
        )
        for book in map(read_book, book_names())
        if book.latency_ms
        for model, price in book.prices.items()
    ]


def _promised(provider: Provider) -> dict[str, float]:
    from relaytop.pricing.books import book_names, read_book  # noqa: PLC0415

    return dict(read_book(provider.name).latency_ms) if provider.name in book_names() else {}


def _snapshots() -> Iterator[dict[str, Any]]:
    from relaytop.config.errors import RelaytopError  # noqa: PLC0415
    from relaytop.store.snapshot import load_snapshot  # noqa: PLC0415

    paths = sorted(snapshots_folder().glob("*-*Z.toml"), key=lambda p: p.name.partition("-")[2])
    for path in islice(reversed(paths), LOOKED_AT):
        try:
            yield load_snapshot(path)
        except RelaytopError:
            continue  # one that cannot be read tells no P50


def _table(found: Sequence[Compared], output_share: float, *, markdown: bool) -> str:
    from relaytop.report import snapshot  # noqa: PLC0415

    cells = [
        [
            each.target,
            *_pair(each.relay),
            *_pair(each.official),
            _saved(each.saved_share(output_share)),
            snapshot.milliseconds(each.p50_ms),
            "" if each.advertised_ms is None else f"<{each.advertised_ms:g}",
        ]
        for each in found
    ]
    draw = snapshot.markdown if markdown else snapshot.plain
    share = f"saved: at {output_share:.0%} output, against today's list price of the model's maker"
    notes = [f"USD per million tokens; {share}."]
    if any(each.relay is None for each in found):
        notes.append('Blank: unknown. Set it in the config: [providers.X.prices."MODEL"].')
    return "\n\n".join([draw(TITLES, cells), "\n".join(notes)])


def _pair(price: Price | None) -> tuple[str, str]:
    return ("", "") if price is None else (f"{price.input:.2f}", f"{price.output:.2f}")


def _saved(share: float | None) -> str:
    if share is None:
        return ""
    return f"{share:.0%}" if share >= 0 else f"{-share:.0%} more"


def _row_document(each: Compared, output_share: float) -> dict[str, object]:
    row: dict[str, object | None] = {
        "target": each.target,
        "relay": each.relay and {"input": each.relay.input, "output": each.relay.output},
        "price_source": each.relay.source if each.relay else None,
        "official": each.official
        and {"input": each.official.input, "output": each.official.output},
        "saved_share": each.saved_share(output_share),
        "p50_ms": each.p50_ms,
        "advertised_ms": each.advertised_ms,
    }
    return {key: value for key, value in row.items() if value is not None}
