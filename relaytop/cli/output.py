"""The place of a command's result: stdout, or a new file."""

from __future__ import annotations

import functools
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from relaytop.config.errors import RelaytopError
from relaytop.report.forms import FORMS
from relaytop.report.render import render
from relaytop.store.atomic import write_exactly
from relaytop.tui.terminal.color_depth import ColorDepth, detect_color_depth

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from relaytop.cli.options import Options
    from relaytop.report.render import Report

NO_TERMINALS = {"", "dumb", "unknown"}
"""Values of TERM that promise no control sequence."""
output_option = click.option(
    "--output",
    type=click.Path(path_type=Path),
    help="Write to this file instead of stdout; it must not exist.",
)


@dataclass(frozen=True, slots=True)
class Output:
    """The form and the place of a result, by --format and --output."""

    form: str
    path: Path | None

    @property
    def is_data(self) -> bool:
        """Whether the form is for programs."""
        return self.form in {"json", "toml"}

    def write(self, report: Report, options: Options) -> None:
        """Write a report in its form to where it goes.

        Raises:
            RelaytopError: As `write_text`.
        """
        terminal = self.path is None and sys.stdout.isatty()
        text = render(
            report,
            self.form,
            ascii_only=options.ascii,
            columns=shutil.get_terminal_size().columns if terminal else None,
            color=terminal and shows_color(options, os.environ),
        )
        write_text(text, self.path)


def shows_color(options: Options, environ: Mapping[str, str]) -> bool:
    """Return whether colour is wanted, and a terminal of this environment shows any."""
    if not options.color or environ.get("TERM", "") in NO_TERMINALS:
        return False
    return detect_color_depth(environ) is not ColorDepth.NONE


def output_options(
    *more_forms: str, help_text: str | None = None
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Add --format and --output to a command; it receives them as one argument `output`.

    Args:
        more_forms: Forms that the command writes itself, beside those of every report.
        help_text: Of --format in the command's help.
    """

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def command(*args: object, form: str, output: Path | None, **named: object) -> object:
            return function(*args, output=Output(form, output), **named)

        choice = click.Choice([*FORMS, *more_forms])
        form = click.option(
            "--format", "form", type=choice, default="table", show_default=True, help=help_text
        )
        return form(output_option(command))

    return decorate


def write_text(text: str, output: Path | None) -> None:
    """Write a text, with a line feed behind it, to a new file; to stdout without one.

    No text at all is no line on stdout.

    Raises:
        RelaytopError: The file exists or cannot be written, and the result is on stdout; or stdout
            cannot be written.
    """
    if output is None:
        if text:
            _print(text)
        return
    try:
        write_exactly(output, (text + "\n").encode())
    except OSError as error:
        _print(text)
        sentence = f"--output {output}: {error.strerror}; result printed on stdout"
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
