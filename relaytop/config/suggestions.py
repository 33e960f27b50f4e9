"""Suggestions for a name that is not known."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

CUTOFF = 0.5
"""Least likeness of two names, 0 to 1."""
COMPARED_CHARACTERS = 100
"""Of a name; comparing takes their square in time."""
MAX_LISTED = 20
"""Known names that a suggestion lists."""


def nearest(name: str, known: Sequence[str]) -> str | None:
    """Return the known name that is most like this one, in any case; None where none is.

    Relays put the maker before a model's id, so one that differs in that alone comes first.
    """
    wanted = name[:COMPARED_CHARACTERS].lower()
    folded = {one.lower(): one for one in reversed(known)}
    same_tail = [one for one in folded if one.rpartition("/")[2] == wanted.rpartition("/")[2]]
    found = difflib.get_close_matches(wanted, same_tail, 1, 0.0) or difflib.get_close_matches(
        wanted, [*folded], 1, CUTOFF
    )
    return folded[found[0]] if found else None


def suggestion(name: str, known: Iterable[str], otherwise: str | None = None) -> str:
    """Return the clause that ends a sentence about an unknown name.

    Args:
        name: What was given.
        known: What could have been meant.
        otherwise: The clause where no known name is like it; None lists the known ones.
    """
    names = [*known]
    near = nearest(name, names)
    if near is not None:
        return f"did you mean {near!r}?"
    if otherwise is not None:
        return otherwise
    more = " …" if len(names) > MAX_LISTED else ""
    return f"known: {', '.join(names[:MAX_LISTED]) or 'none'}{more}"
