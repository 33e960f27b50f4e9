"""`relaytop rules`: alert rules for Prometheus."""

from __future__ import annotations

import dataclasses
import os
from typing import TYPE_CHECKING

import click

from relaytop.cli.options import common_options
from relaytop.cli.output import output_option, write_text
from relaytop.config.durations import parse_window
from relaytop.config.load import load_settings
from relaytop.config.paths import config_file
from relaytop.config.settings import Settings
from relaytop.export.rules import rules_file

if TYPE_CHECKING:
    from pathlib import Path

    from relaytop.cli.options import Options


@click.command()
@output_option
@common_options
def rules(output: Path | None, options: Options) -> None:
    """Print Prometheus alert rules with the thresholds of the config (or the defaults)."""
    write_text(rules_file(_settings(options)).rstrip(), output)


def _settings(options: Options) -> Settings:
    flags = options.flags
    path, named_by = config_file(options.config, os.environ)
    if named_by is not None or path.exists() or flags.base_url is not None:
        # Rules hold no key, so one that cannot be had is no mistake here.
        return load_settings(config=options.config, flags=flags, environ=os.environ, complaints={})
    window = parse_window(flags.window) if flags.window is not None else Settings().window
    return dataclasses.replace(Settings(), window=window)
