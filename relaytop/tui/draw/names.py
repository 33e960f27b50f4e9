"""Names in few cells: each keeps what tells it from its siblings."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING

from rich.cells import cell_len

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ELLIPSIS = "…"
LEAST_END = 2
"""Characters that a cut name keeps at either end at least, where it keeps both."""
LEAST_NAME = 8
"""Cells that a name has at least, where it has as many."""


@lru_cache(maxsize=64)
def short_names(names: tuple[str, ...], width: int) -> Mapping[str, str]:
    """Return each name in at most `width` cells, so that no two look alike.

    What does not fit is cut in the middle, or where its siblings have the same there: at another
    place, or at both ends. Where no cut tells it from its siblings, a number does. Only where
    `width` has no room for the number of names can two be alike.

    Args:
        names: Distinct names, which stand below one another.
        width: Cells.
    """
    long = [name for name in names if cell_len(name) > width]
    shown = {name: name for name in names if cell_len(name) <= width}
    shown |= _cut(names, long, width)
    taken = set(shown.values())
    for name in names:
        if name not in shown:
            shown[name] = _numbered(name, width, taken)
            taken.add(shown[name])
    return shown


@lru_cache(maxsize=64)
def least_width(names: tuple[str, ...]) -> int:
    """Return in how many cells, not under `LEAST_NAME`, cuts alone tell all names apart."""
    high = max(map(cell_len, names), default=1)
    low = min(LEAST_NAME, high)
    while low < high:
        middle = (low + high) // 2
        long = [name for name in names if cell_len(name) > middle]
        if len(_cut(names, long, middle)) == len(long):
            high = middle
        else:
            low = middle + 1
    return high


def without_common_provider(targets: tuple[str, ...]) -> Mapping[str, str]:
    """Return target id → its name without the provider, if all have the same one."""
    providers = {target.partition("/")[0] for target in targets}
    if len(providers) > 1:
        return {target: target for target in targets}
    return {target: target.partition("/")[2] or target for target in targets}


def _cut(names: tuple[str, ...], long: list[str], width: int) -> dict[str, str]:
    """Return those of the names that are too long and that a cut tells from all the others."""
    found = _without_makers(names, long, width)
    for head, tail in _splits(width):
        left = [name for name in long if name not in found]
        if not left:
            break
        found |= _ends(names, left, head, tail)
    left = [name for name in long if name not in found]
    if left and width - 2 >= LEAST_END:
        counts = Counter(part for name in names for part in set(_parts(name, width - 2)))
        found |= {name: text for name in left if (text := _window(name, width - 2, counts))}
    taken = Counter([*found.values(), *(name for name in names if cell_len(name) <= width)])
    return {name: text for name, text in found.items() if taken[text] == 1}


def _ends(names: tuple[str, ...], left: list[str], head: int, tail: int) -> dict[str, str]:
    """Return those of which no other name has the same beginning and end."""
    longer = [name for name in names if len(name) > head + tail or cell_len(name) > head + tail]
    if all(map(str.isascii, longer)):  # a thousand names are told apart within a key's time
        pairs = [(name[:head], name[-tail:] if tail else "") for name in longer]
    else:
        pairs = [(_first(name, head), _last(name, tail)) for name in longer]
    counts = Counter(pairs)
    every = dict(zip(longer, pairs, strict=True))
    ends = {name: every[name] for name in left if name in every}
    return {name: f"{a}{ELLIPSIS}{b}" for name, (a, b) in ends.items() if counts[a, b] == 1}


def _without_makers(names: tuple[str, ...], long: list[str], width: int) -> dict[str, str]:
    """Return those that fit without what stands before their last `/`, if that tells them apart."""
    bare = {name: name.rpartition("/")[2] for name in long if "/" in name}
    fitting = {name: end for name, end in bare.items() if 0 < cell_len(end) < width}
    if not fitting:
        return {}
    counts = Counter(name[at:] for name in names for at in range(len(name)))
    return {name: ELLIPSIS + end for name, end in fitting.items() if counts[end] == 1}


def _splits(width: int) -> Iterator[tuple[int, int]]:
    """Yield how many cells head and tail may have: the most even first."""
    room = width - 1
    if room < 2 * LEAST_END:
        return
    middle = room // 2
    yield middle, room - middle
    for step in range(1, middle - LEAST_END + 1):
        yield middle - step, room - middle + step
        yield middle + step, room - middle - step
    yield room, 0


def _parts(name: str, room: int) -> list[str]:
    """Return the parts of a name in `room` cells, those at its ends left out."""
    starts = range(1, len(name) - LEAST_END)
    if name.isascii():
        parts = [name[start : start + room] for start in starts]
    else:
        parts = [_first(name[start:], room) for start in starts]
    return [part for part in parts if len(part) >= LEAST_END and not name.endswith(part)]


def _window(name: str, room: int, counts: Mapping[str, int]) -> str | None:
    """Return a part of a name that no other has, cut at both ends; None without one.

    Args:
        name: The name.
        room: The cells of the part.
        counts: Part → the names that have it.
    """
    inside = [part for part in _parts(name, room) if counts[part] == 1]
    # What is special is in the middle of the one in the middle.
    return f"{ELLIPSIS}{inside[len(inside) // 2]}{ELLIPSIS}" if inside else None


def _numbered(name: str, width: int, taken: set[str]) -> str:
    """Return the head of a name and the first number that tells it from what is taken."""
    number = 1
    while True:
        end = f"{ELLIPSIS}{number}"
        if len(end) > width:
            end = str(number)
        if len(end) > width:
            return _first(name, width)
        text = _first(name, width - len(end)) + end
        if text not in taken:
            return text
        number += 1


def _first(text: str, cells: int) -> str:
    """Return as much of a text's beginning as `cells` carry."""
    part = text[: max(0, cells)]
    if part.isascii():
        return part
    while cell_len(part) > cells:
        part = part[:-1]
    return part


def _last(text: str, cells: int) -> str:
    """Return as much of a text's end as `cells` carry."""
    part = text[-cells:] if cells > 0 else ""
    if part.isascii():
        return part
    while cell_len(part) > cells:
        part = part[1:]
    return part
