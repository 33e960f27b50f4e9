"""Where a command's result goes: stdout, or a new file."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import click

from relaytop.config.errors import RelaytopError
from relaytop.store.atomic import write_exactly
from relaytop.store.snapshot import to_json, to_toml

if TYPE_CHECKING:
    from pathlib import Path


FORMS = ("table", "json", "toml", "markdown")
"""How a result can be had: for people, or as `as_data` writes it for programs."""


def as_data(document: dict[str, Any], form: str) -> str:
    """Return a document as `json` or `toml`."""
    return to_json(document) if form == "json" else to_toml(document).rstrip()


def write_result(text: str, output: Path | None) -> None:
    """Write a result, with a line feed behind it, to a new file; to stdout without one.

    Raises:
        RelaytopError: The file exists or cannot be written, and the result is on stdout; or stdout
            cannot be written.
    """
    if output is None:
        _print(text)
        return
    try:
        write_exactly(output, (text + "\n").encode())
    except OSError as error:
        _print(text)
        sentence = f"--output {output}: {error.strerror}; the result is on stdout"
        raise RelaytopError(sentence) from None


def _print(text: str) -> None:
    """Print a text; what the encoding of stdout does not hold becomes a question mark."""
    try:
        try:
            click.echo(text)
        except UnicodeEncodeError as error:
            click.echo(text.encode(error.encoding, "replace").decode(error.encoding))
    except OSError as error:
        # What is still buffered must not be tried again when the interpreter ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):
            return  # who read it has seen enough
        sentence = f"stdout cannot be written: {error.strerror}"
        raise RelaytopError(sentence) from None
