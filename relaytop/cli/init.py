"""`relaytop init`: write a commented config file."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import click

from relaytop.cli.options import common_options, refuse_flags
from relaytop.config.errors import ConfigError
from relaytop.config.masking import mask_secrets
from relaytop.config.paths import config_file
from relaytop.config.presets import PRESETS, Preset, preset_named
from relaytop.config.provider_block import provider_block
from relaytop.config.suggestions import suggestion
from relaytop.config.template import TEMPLATE, template_with
from relaytop.store.atomic import write_exactly

if TYPE_CHECKING:
    from pathlib import Path

    from click.shell_completion import CompletionItem

    from relaytop.cli.options import Options

NAMES = [preset.name for preset in PRESETS]
_IN_URL = re.compile(r"[\w.:\-]+", re.ASCII)
"""What may stand in place of a name in a URL: a host, a region, a project."""


def write_config(path: Path, text: str) -> None:
    """Write the commented config, readable by its owner alone.

    Raises:
        ConfigError: The file exists, or cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_exactly(path, text.encode())
    except FileExistsError:
        sentence = (
            f"{path} already exists and is not overwritten: edit it, or move it away; "
            "`relaytop init --provider NAME --print` prints a provider's table to add"
        )
        raise ConfigError(sentence) from None
    except OSError as error:
        sentence = f"{path} cannot be written: {error.strerror}"
        raise ConfigError(sentence) from None


def _complete_preset(
    _ctx: click.Context, _param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem  # noqa: PLC0415 - where a shell asks

    return [CompletionItem(name) for name in NAMES if name.startswith(incomplete)]


@click.command(epilog=f"Providers: {', '.join(NAMES)}.")
@click.option(
    "--provider",
    "providers",
    multiple=True,
    metavar="NAME",
    shell_complete=_complete_preset,
    help="Write the table of this provider in place of the example; repeatable.",
)
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="NAME=VALUE",
    help="A name of your own in its URL or models, as region=eu-west-1; repeatable.",
)
@click.option("--print", "prints", is_flag=True, help="Print the tables; write no file.")
@common_options
def init(
    *, providers: tuple[str, ...], settings: tuple[str, ...], prints: bool, options: Options
) -> None:
    """Write a commented config file; never overwrites one."""
    refuse_flags(options, "init writes the defaults; edit the file", but={"config"})
    presets = list(dict.fromkeys(_preset(name) for name in providers))
    values = _values(settings, presets)
    blocks = [provider_block(preset, values) for preset in presets]
    if prints:
        if not blocks:
            message = "--print needs --provider NAME"
            raise click.UsageError(message)
        click.echo("\n".join(blocks), nl=False)
        return
    path, _named_by = config_file(options.config, os.environ)
    write_config(path, template_with(blocks) if blocks else TEMPLATE)
    click.echo(path)
    click.echo(_next_steps(presets, values), err=True)


def _preset(name: str) -> Preset:
    found = preset_named(name)
    if found is None:
        sentence = f"--provider: {name!r} is not known; {suggestion(name, NAMES)}"
        raise ConfigError(sentence)
    return found


def _values(settings: tuple[str, ...], presets: list[Preset]) -> dict[str, str]:
    wanted = [name for preset in presets for name in preset.placeholders]
    values = {}
    for text in settings:
        name, equals, value = text.partition("=")
        if not equals or not value or not value.isprintable():
            sentence = f"--set: {text!r} is not NAME=VALUE"
            raise ConfigError(sentence)
        if name not in wanted:
            valid = f"valid: {', '.join(wanted)}" if wanted else "these providers need none"
            sentence = f"--set: {name!r} is not a name of theirs; {valid}"
            raise ConfigError(sentence)
        in_url = any(f"{{{name}}}" in preset.base_url for preset in presets)
        if in_url and not _IN_URL.fullmatch(value):
            url = next(preset.base_url for preset in presets if f"{{{name}}}" in preset.base_url)
            sentence = f"--set: {mask_secrets(value)!r} is no {name} for {url}; give the name alone"
            raise ConfigError(sentence)
        values[name] = value
    return values


def _next_steps(presets: list[Preset], values: dict[str, str]) -> str:
    missing = [name for preset in presets for name in preset.placeholders if name not in values]
    variables = [preset.key_env for preset in presets if preset.key_env]
    steps = "Edit it" if not missing else f"Fill in {', '.join(dict.fromkeys(missing))} in it"
    if not presets:
        steps += ", export the variable with the key"
    elif variables:
        steps += f", export {', '.join(variables)}"
    return f"{steps}, then run `relaytop`."
