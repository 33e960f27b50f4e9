"""`relaytop man [DIR]`: manual pages, of what `--help` says."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from relaytop.cli.man_pages import main_page, pages
from relaytop.cli.options import look_options
from relaytop.cli.output import write_text
from relaytop.config.errors import RelaytopError

if TYPE_CHECKING:
    from relaytop.cli.options import Options


@click.command()
@click.argument(
    "folder",
    metavar="[DIR]",
    required=False,
    type=click.Path(file_okay=False, path_type=Path),
)
@look_options
def man(folder: Path | None, options: Options) -> None:
    """Print the man page, or write the pages of all commands into a folder.

    `relaytop man | man -l -` displays it. Pages in ~/.local/share/man/man1 are found by
    `man relaytop` and `man relaytop-check`; existing ones are replaced.
    """
    del options
    group = cast("click.Group", click.get_current_context().find_root().command)
    if folder is None:
        write_text(main_page(group).rstrip("\n"), None)
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in pages(group):
            _replace(folder / name, text)
    except OSError as error:
        sentence = f"{error.filename or folder}: cannot be written: {error.strerror}"
        raise RelaytopError(sentence) from None
    click.echo(folder)


def _replace(path: Path, text: str) -> None:
    """Write a page whole, whatever was there; everyone may read it."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.write_text(text, encoding="ascii")
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
