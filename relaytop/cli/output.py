"""Where a command's result goes: stdout, or a new file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from relaytop.config.errors import RelaytopError

if TYPE_CHECKING:
    from pathlib import Path


def write_result(text: str, output: Path | None) -> None:
    """Write a result, with a line feed behind it, to a new file; to stdout without one.

    Raises:
        RelaytopError: The file exists or cannot be written; the result is on stdout then.
    """
    if output is None:
        _print(text)
        return
    try:
        with output.open("x", encoding="utf-8") as target:
            target.write(text + "\n")
    except OSError as error:
        _print(text)
        sentence = f"--output {output}: {error.strerror}; the result is on stdout"
        raise RelaytopError(sentence) from None


def _print(text: str) -> None:
    """Print a text; what the encoding of stdout does not hold becomes a question mark."""
    try:
        click.echo(text)
    except UnicodeEncodeError as error:
        click.echo(text.encode(error.encoding, "replace").decode(error.encoding))
