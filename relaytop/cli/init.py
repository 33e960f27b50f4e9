"""`relaytop init`: write a commented config file."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from relaytop.cli.options import common_options, refuse_flags
from relaytop.config.errors import ConfigError
from relaytop.config.paths import config_file
from relaytop.config.template import TEMPLATE

if TYPE_CHECKING:
    from pathlib import Path

    from relaytop.cli.options import Options


def write_config(path: Path) -> None:
    """Write the commented config, readable by its owner alone.

    Raises:
        ConfigError: The file exists, or cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(TEMPLATE)
    except FileExistsError:
        sentence = f"{path} already exists and is not overwritten: edit it, or move it away"
        raise ConfigError(sentence) from None
    except OSError as error:
        sentence = f"{path} cannot be written: {error.strerror}"
        raise ConfigError(sentence) from None


@click.command()
@common_options
def init(options: Options) -> None:
    """Write a commented config file; never overwrites one."""
    refuse_flags(options, "init writes the defaults; edit the file", but={"config"})
    path, _named_by = config_file(options.config, os.environ)
    write_config(path)
    click.echo(path)
    click.echo("Edit it, export the variable with the key, then run `relaytop`.", err=True)
