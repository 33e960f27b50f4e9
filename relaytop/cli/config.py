"""`relaytop config`: the settings in force and where each came from, keys masked."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from relaytop.cli.options import common_options
from relaytop.cli.output import output_options
from relaytop.cli.user_keys import key_mistakes_too, keymap
from relaytop.config.load import load_settings
from relaytop.report.config import ConfigReport

if TYPE_CHECKING:
    from relaytop.cli.options import Options
    from relaytop.cli.output import Output


@click.command()
@output_options()
@common_options
def config(output: Output, options: Options) -> None:
    """Print the effective settings and the origin of each; keys are masked.

    A key that cannot be read is shown as missing, with the reason.
    """
    complaints: dict[str, str] = {}
    with key_mistakes_too(options.config):
        settings = load_settings(
            config=options.config, flags=options.flags, environ=os.environ, complaints=complaints
        )
        keymap(settings.keys, options.config)
    output.write(ConfigReport(settings, complaints, ascii_only=options.ascii), options)
