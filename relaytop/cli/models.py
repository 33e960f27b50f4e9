"""`relaytop models`: what providers offer."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

import click

from relaytop.cli.known_names import complete_provider
from relaytop.cli.options import common_options
from relaytop.cli.output import output_options
from relaytop.cli.selected_providers import selected_providers
from relaytop.config.errors import RelaytopError
from relaytop.config.load import load_settings
from relaytop.jobs.model_lists import model_lists
from relaytop.report.models import ModelsReport
from relaytop.wire.facts import Failure

if TYPE_CHECKING:
    from relaytop.cli.options import Options
    from relaytop.cli.output import Output

FAILED = 1


@click.command()
@click.argument("provider", required=False, shell_complete=complete_provider)
@output_options()
@common_options
def models(provider: str | None, output: Output, options: Options) -> None:
    """List the models of a provider, or of all (GET /models, free of charge)."""
    settings = load_settings(config=options.config, flags=options.flags, environ=os.environ)
    providers = selected_providers(settings.providers, provider)
    for each in providers:
        click.echo(f"fetching the model list from {each.base_url} …", err=True)
    answers = asyncio.run(model_lists(providers))
    offers = {name: offer for name, offer in answers.items() if not isinstance(offer, Failure)}
    for name, answer in answers.items():
        if isinstance(answer, Failure):
            click.echo(f"{name}: {answer.error_class}: {answer.message}", err=True)
    if offers or output.path is None:
        output.write(ModelsReport(offers), options)
    empty = [name for name, offer in offers.items() if not offer.ids]
    if empty:
        sentence = (
            f"the list at /models is empty for {', '.join(empty)}: "
            "the key may have no access to any; name them in the config's `models`"
        )
        raise RelaytopError(sentence)
    if len(offers) < len(answers):
        raise SystemExit(FAILED)
