"""Where a command's result goes: stdout, or a new file."""

from __future__ import annotations

import json
import os
import re
import sys
from typing import TYPE_CHECKING, Any

import click

from relaytop.config.errors import RelaytopError
from relaytop.store.atomic import write_exactly
from relaytop.store.snapshot import to_json, to_toml

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path


FORMS = ("table", "json", "toml", "markdown")
"""How a result can be had: for people, or as `as_data` writes it for programs."""


def as_data(document: dict[str, Any], form: str) -> str:
    """Return a document as `json` or `toml`."""
    return to_json(document) if form == "json" else to_toml(document).rstrip()


def markdown_of(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table of texts, all flush left."""
    cells = ([cell.replace("|", "\\|") for cell in row] for row in rows)
    return "\n".join(
        "| " + " | ".join(row) + " |" for row in (titles, [":---"] * len(titles), *cells)
    )


def in_ascii(text: str, form: str) -> str:
    """Return a result without characters beyond ASCII; as data it says the same all the same."""

    def written(match: re.Match[str]) -> str:
        if form == "json":
            return json.dumps(match[0])[1:-1]
        return f"\\U{ord(match[0]):08X}" if form == "toml" else "?"

    return re.sub(r"[^\x00-\x7f]", written, text)


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
