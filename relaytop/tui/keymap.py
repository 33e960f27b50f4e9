"""The keys in force: the bindings' own, or what the config's `[keys]` gives in their place."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING

from textual.binding import Binding

from relaytop.config.errors import MAX_QUOTED, config_errors
from relaytop.config.suggestions import suggestion
from relaytop.tui.key_names import NAMED, read_key, written_key
from relaytop.tui.keys import PLACES, RESERVED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

TOGETHER = (
    ("zoomed chart", "monitor", "everywhere"),
    ("zoomed chart", "monitor", "recording", "everywhere"),
    ("page", "everywhere"),
    ("page", "failures", "everywhere"),
    ("page", "log", "everywhere"),
    ("page", "comparison", "everywhere"),
)
"""Places whose keys work at the same time."""


@dataclass(frozen=True, slots=True)
class BoundKeys:
    """A binding with its keys, by Textual's names of them."""

    binding: Binding
    """As the code has it."""
    place: str
    """Where it works, one of `PLACES`."""
    keys: tuple[str, ...]
    """The keys in force."""

    @property
    def id(self) -> str:
        """The name of it in `[keys]`."""
        return self.binding.id or ""

    @property
    def defaults(self) -> tuple[str, ...]:
        """The keys that it has of itself."""
        return tuple(each.key for each in Binding.make_bindings([self.binding]))

    @property
    def written(self) -> str:
        """The keys in force as `[keys]` has them."""
        return ",".join(map(written_key, self.keys))

    @property
    def is_fixed(self) -> bool:
        """Whether `[keys]` cannot change it."""
        return self.place == "everywhere"


def keys_in_force(given: Mapping[str, str], place: Callable[[str], str]) -> list[BoundKeys]:
    """Return every binding with the keys in force.

    Args:
        given: Binding id → its keys, as `[keys]` has them.
        place: Returns what a sentence about an id begins with.

    Raises:
        ConfigError: An id or a key is not known, or two bindings have one key; it tells all such.
    """
    bound = _default_keys()
    sentences = [*_unknown(given, bound, place)]
    if sentences:
        raise config_errors(sentences)
    keys = {id_: tuple(dict.fromkeys(map(_known, text.split(",")))) for id_, text in given.items()}
    bound = _with_keys(bound, keys)
    sentences = [*_conflicts(bound, place)]
    if sentences:
        raise config_errors(sentences)
    return bound


def textual_keymap(bound: Iterable[BoundKeys]) -> dict[str, str]:
    """Return binding id → keys, for `App.set_keymap`.

    Beside what was changed it holds what shares a key with that: Textual takes a key from all of
    its bindings at once.
    """
    every = [*bound]
    touched = {key for one in every if one.keys != one.defaults for key in one.keys + one.defaults}
    return {
        one.id: ",".join(one.keys) for one in every if touched.intersection(one.keys + one.defaults)
    }


def _default_keys() -> list[BoundKeys]:
    return [
        replace(one, keys=one.defaults)
        for place, bindings in PLACES.items()
        for binding in bindings
        if isinstance(binding, Binding)
        for one in (BoundKeys(binding, place, ()),)
    ]


def _unknown(
    given: Mapping[str, str], bound: Iterable[BoundKeys], place: Callable[[str], str]
) -> Iterator[str]:
    """Yield a sentence for each id and each key that is not known."""
    known = [one.id for one in bound if not one.is_fixed]
    for id_, text in given.items():
        if id_ not in known:
            listed = "`relaytop keys` lists what has a key"
            yield f"{place(id_)}: unknown; {suggestion(id_, known, listed)}"
            continue
        for key in text.split(","):
            if read_key(key) is None:
                valid = suggestion(
                    key, sorted(NAMED), 'valid: a character, or a name such as "f5" or "ctrl+a"'
                )
                yield f"{place(id_)}: {key[:MAX_QUOTED]!r} is not a key; {valid}"


def _known(text: str) -> str:
    return read_key(text) or text


def _with_keys(bound: Iterable[BoundKeys], keys: Mapping[str, tuple[str, ...]]) -> list[BoundKeys]:
    """Give the bindings their keys; what a recording has of the monitor's own follows that."""
    every = [*bound]
    defaults = {one.id: one.defaults for one in every}
    changed = []
    for one in every:
        model = one.id.replace("replay.", "monitor.")
        follows = model if defaults.get(model) == one.defaults else one.id
        changed.append(replace(one, keys=keys.get(one.id, keys.get(follows, one.keys))))
    return changed


def _conflicts(bound: Iterable[BoundKeys], place: Callable[[str], str]) -> Iterator[str]:
    """Yield a sentence for each pair of bindings that have one key at one place.

    Bindings that share a key of themselves take turns: what is on the screen decides.
    """
    every = [*bound]
    for one in every:
        for key in RESERVED.keys() & {*one.keys}:
            yield f"{place(one.id)}: {written_key(key)} is reserved for {RESERVED[key]}"
    for places in TOGETHER:
        for first, second in combinations(_at(places, every), 2):
            shared = sorted({*first.keys} & {*second.keys})
            if not shared or {*first.defaults} & {*second.defaults}:
                continue
            changed, other = (first, second) if first.keys != first.defaults else (second, first)
            yield (
                f"{place(changed.id)}: {written_key(shared[0])!r} is also the key of "
                f"{other.id}; change one of them"
            )


def _at(places: Iterable[str], bound: Iterable[BoundKeys]) -> list[BoundKeys]:
    """Return what works at places; a recording's keys hide those that they are in place of."""
    here = [one for one in bound if one.place in places]
    hidden = {key for one in here if one.place == "recording" for key in one.defaults}
    return [one for one in here if one.place == "recording" or not hidden.issuperset(one.defaults)]
