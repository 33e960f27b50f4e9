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
    """Print a script that completes commands, options and the config's names in a shell.

    bash reads it from ~/.local/share/bash-completion/completions/relaytop, zsh from a file
    _relaytop in a folder of $fpath, fish from ~/.config/fish/completions/relaytop.fish.

    Targets, providers and models are those of the config file; nothing is sent for them.
    """
    del options
    write_text(script(click.get_current_context().find_root().command, shell).rstrip(), None)
