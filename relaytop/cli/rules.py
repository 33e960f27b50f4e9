"""`relaytop rules`: alert and recording rules for Prometheus."""

from __future__ import annotations

import dataclasses
import os
from typing import TYPE_CHECKING

import click

from relaytop.cli.options import common_options
from relaytop.cli.output import output_option, write_text
from relaytop.config.durations import parse_window
from relaytop.config.label_matchers import checked_label
from relaytop.config.load import load_settings
from relaytop.config.paths import config_file
from relaytop.config.settings import Settings
from relaytop.export.recording_rules import OF_METRICS, recording_rules_file
from relaytop.export.rules import rules_file

if TYPE_CHECKING:
    from pathlib import Path

    from relaytop.cli.options import Options


def _label(text: str) -> str:
    """Check the name of a label that may be summed over."""
    try:
        label = checked_label(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None
    if label in OF_METRICS:
        message = f"{label} is a label of the metrics themselves; give one of the scrape config"
        raise click.BadParameter(message)
    return label


@click.command()
@click.option(
    "--recording",
    is_flag=True,
    help="Print recording rules instead: rates over 5 minutes, which `relaytop fleet` reads.",
)
@click.option(
    "--without",
    multiple=True,
    metavar="LABEL",
    type=_label,
    help="With --recording: sum over this label, such as instance; repeatable.",
)
@output_option
@common_options
def rules(
    *, recording: bool, without: tuple[str, ...], output: Path | None, options: Options
) -> None:
    """Print Prometheus rules: alerts with the thresholds of the config (or the defaults)."""
    if without and not recording:
        message = "--without is for recording rules; add --recording"
        raise click.UsageError(message)
    text = recording_rules_file(without) if recording else rules_file(_settings(options))
    write_text(text.rstrip(), output)


def _settings(options: Options) -> Settings:
    flags = options.flags
    path, named_by = config_file(options.config, os.environ)
    if named_by is not None or path.exists() or flags.base_url is not None:
        # Rules hold no key, so one that cannot be had is no mistake here.
        return load_settings(config=options.config, flags=flags, environ=os.environ, complaints={})
    window = parse_window(flags.window) if flags.window is not None else Settings().window
    return dataclasses.replace(Settings(), window=window)
