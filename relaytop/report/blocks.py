"""The parts of a report for people, whatever form it is written in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph; line feeds in it stay."""

    text: str
    strong: bool = False
    """Emphasised where the form can."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines below each other, which no form runs together."""

    lines: Sequence[str]


@dataclass(frozen=True, slots=True)
class Preformatted:
    """Lines whose spaces count, such as bars."""

    lines: Sequence[str]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table."""

    title: str
    left: bool = False
    """Flush left, as names are; figures are flush right."""
    max_width: int | None = None
    """Cells beyond which a longer text pushes what is behind it; None: the column grows."""


def columns(*titles: str, left: Collection[str] = ()) -> tuple[Column, ...]:
    """Return columns of these titles; those in `left` are flush left."""
    return tuple(Column(title, left=title in left) for title in titles)


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of texts, one for each column."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    titled: bool = True
    """Whether plain text shows the titles; Markdown has no table without."""


Block: TypeAlias = Text | Lines | Preformatted | Table
