"""`relaytop models`: what providers offer."""

from __future__ import annotations

import asyncio
import difflib
import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from relaytop.cli.options import common_options
from relaytop.cli.output import FORMS, as_data, in_ascii, markdown_of, write_result
from relaytop.config.errors import RelaytopError
from relaytop.config.load import load_settings
from relaytop.wire.facts import Failure

if TYPE_CHECKING:
    from relaytop.cli.options import Options
    from relaytop.config.settings import Provider

FAILED = 1


@click.command()
@click.argument("provider", required=False)
@click.option("--format", "form", type=click.Choice(FORMS), default="table", show_default=True)
@click.option("--output", type=click.Path(path_type=Path), help="Write to this new file instead.")
@common_options
def models(provider: str | None, form: str, output: Path | None, options: Options) -> None:
    """List what a provider offers (GET /models, which costs nothing); all without a name."""
    settings = load_settings(config=options.config, flags=options.flags, environ=os.environ)
    chosen = _chosen(settings.providers, provider)
    for each in chosen:
        click.echo(f"asking {each.base_url} …", err=True)
    found = asyncio.run(_ask(chosen))
    empty: list[str] = []
    for name, offer in found.items():
        if isinstance(offer, Failure):
            click.echo(f"{name}: {offer.error_class}: {offer.message}", err=True)
        elif not offer:
            empty.append(name)
    lists = {name: list(offer) for name, offer in found.items() if not isinstance(offer, Failure)}
    if lists or output is None:
        _write(lists, form, output, ascii_only=options.ascii)
    if empty:
        sentence = (
            f"the list at /models is empty for {', '.join(empty)}: "
            "the key may see no model; name them in the config's `models`"
        )
        raise RelaytopError(sentence)
    if len(lists) < len(found):
        raise SystemExit(FAILED)


def _write(
    lists: dict[str, list[str]], form: str, output: Path | None, *, ascii_only: bool
) -> None:
    if form in {"json", "toml"}:
        text = as_data(lists, form)
    elif form == "markdown":
        rows = [(name, model) for name, ids in lists.items() for model in ids]
        text = markdown_of(("provider", "model"), rows)
    else:
        text = "\n".join(f"{name}/{model}" for name, ids in lists.items() for model in ids)
        if not text and output is None:
            return  # no model is no line
    write_result(in_ascii(text, form) if ascii_only else text, output)


def _chosen(providers: tuple[Provider, ...], name: str | None) -> tuple[Provider, ...]:
    """Return the provider of that name, or all without one; `RelaytopError` where there is none."""
    found = tuple(p for p in providers if name in {None, p.name})
    if found:
        return found
    names = [p.name for p in providers]
    near = difflib.get_close_matches(name or "", names, 1, 0.4)
    hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(names)}"
    sentence = f"no provider {name!r}; {hint}"
    raise RelaytopError(sentence)


async def _ask(providers: tuple[Provider, ...]) -> dict[str, tuple[str, ...] | Failure]:
    from relaytop.probe.prober import Prober  # noqa: PLC0415 - httpx takes 60 ms

    probers = [Prober(provider) for provider in providers]
    offers = await asyncio.gather(*(prober.models() for prober in probers))
    return {p.name: offer for p, offer in zip(providers, offers, strict=True)}
