"""A report in the form that was asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from relaytop.report.data import json_text, toml_text
from relaytop.report.markdown import markdown
from relaytop.report.plain import plain_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaytop.report.blocks import Block
    from relaytop.report.data import Document

ASCII = str.maketrans({"–": "-"})
"""Characters with a like one in ASCII; any other becomes a question mark."""


@dataclass(frozen=True, slots=True)
class TextOptions:
    """The layout of a report for people; most reports need not ask."""

    markdown: bool = False
    """Markdown, which has no room for nested lines; else plain text."""
    ascii_only: bool = False
    columns: int | None = None
    """Width of the terminal in cells; None where there is none."""
    color: bool = False
    """Colours, as SGR sequences."""


class Report(Protocol):
    """A command's result, described independently of form."""

    def document(self) -> Document:
        """Return plain values for programs; what is not known is absent."""

    def blocks(self, options: TextOptions, /) -> Sequence[Block]:
        """Return what people read, from top to bottom."""


def render(
    report: Report,
    form: str,
    *,
    ascii_only: bool = False,
    columns: int | None = None,
    color: bool = False,
) -> str:
    """Return a report as text, without a line feed at its end.

    Args:
        report: The result.
        form: One of `forms.FORMS`.
        ascii_only: No characters beyond ASCII.
        columns: Width of the terminal that a table is for, in cells; None where there is none.
        color: Whether a table may be coloured.
    """
    if form == "json":
        return json_text(report.document(), ascii_only=ascii_only)
    if form == "toml":
        return toml_text(report.document(), ascii_only=ascii_only)
    if form == "markdown":
        text = markdown(report.blocks(TextOptions(markdown=True, ascii_only=ascii_only)))
    else:
        options = TextOptions(ascii_only=ascii_only, columns=columns, color=color)
        text = plain_text(report.blocks(options))
    return text.translate(ASCII).encode("ascii", "replace").decode() if ascii_only else text
