"""The nearest of known names."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

CUTOFF = 0.5


def nearest(name: str, known: Sequence[str]) -> str | None:
    """Return the known name that is most like this one; None where none is.

    Relays put the maker before a model's id, so one that differs in that alone comes first.
    """
    tail = name.rpartition("/")[2].lower()
    same = [one for one in known if one.rpartition("/")[2].lower() == tail]
    if same:
        return same[0]
    folded = {one.lower(): one for one in known}
    found = difflib.get_close_matches(name.lower(), [*folded], 1, CUTOFF)
    return folded[found[0]] if found else None
