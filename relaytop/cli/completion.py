"""`relaytop completion SHELL`: the script that completes lines of relaytop in a shell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from relaytop.cli.options import look_options
from relaytop.cli.output import write_text
from relaytop.cli.shells import SHELLS, script

if TYPE_CHECKING:
    from relaytop.cli.options import Options


@click.command()
@click.argument("shell", type=click.Choice([*SHELLS]))
@look_options
def completion(shell: str, options: Options) -> None:
    """Print a shell completion script for commands, options, targets, providers and models.

    Save it as ~/.local/share/bash-completion/completions/relaytop (bash), _relaytop in a folder of
    $fpath (zsh) or ~/.config/fish/completions/relaytop.fish (fish).

    Targets, providers and models come from the config file; no request is sent.
    """
    del options
    write_text(script(click.get_current_context().find_root().command, shell).rstrip(), None)
