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
LEAST_COMPARED = 3
"""Characters of what is no key, from which a name of one may have been meant."""


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
    default = _default_keys()
    refused = dict(_refused(given, default, place))
    keys = {
        id_: tuple(dict.fromkeys(map(_known, text.split(","))))
        for id_, text in given.items()
        if id_ not in refused
    }
    bound = _with_keys(default, keys)
    sentences = [*refused.values(), *_conflicts(bound, keys, place)]
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


def _refused(
    given: Mapping[str, str], bound: Iterable[BoundKeys], place: Callable[[str], str]
) -> Iterator[tuple[str, str]]:
    """Yield each id that is not known or has a key that is not, and a sentence on that."""
    every = {one.id: one for one in bound}
    for id_, text in given.items():
        if id_ not in every:
            yield id_, f"{place(id_)}: unknown; {_meant_id(id_, every)}"
        elif every[id_].is_fixed:
            written = " ".join(map(written_key, every[id_].keys))
            yield id_, f"{place(id_)}: its key {written} cannot be changed"
        for key in text.split(",") if id_ in every else ():
            if read_key(key) is None:
                yield id_, f"{place(id_)}: {key[:MAX_QUOTED]!r} is not a key; {_meant_key(key)}"


def _meant_id(id_: str, known: Mapping[str, BoundKeys]) -> str:
    of_monitor = f"monitor.{id_}"
    if of_monitor in known:
        return f"did you mean {of_monitor!r}?"
    changeable = [name for name, one in known.items() if not one.is_fixed]
    return suggestion(id_, changeable, "`relaytop keys` lists what has a key")


def _meant_key(key: str) -> str:
    """Return what could have been meant."""
    named = sorted(NAMED) if len(key.strip()) >= LEAST_COMPARED else ()
    return suggestion(key, named, 'valid: a character, or a name such as "f5" or "ctrl+a"')


def _known(text: str) -> str:
    return read_key(text) or text


def _with_keys(bound: Iterable[BoundKeys], keys: Mapping[str, tuple[str, ...]]) -> list[BoundKeys]:
    """Give the bindings their keys; what a recording has of the monitor's own follows that."""
    every = [*bound]
    defaults = {one.id: one.defaults for one in every}
    return [replace(one, keys=keys.get(_given_as(one, keys, defaults), one.keys)) for one in every]


def _given_as(
    one: BoundKeys, keys: Mapping[str, tuple[str, ...]], defaults: Mapping[str, tuple[str, ...]]
) -> str:
    """Return the id by which a binding is given its keys: its own, or that which it follows."""
    model = one.id.replace("replay.", "monitor.")
    return model if one.id not in keys and defaults.get(model) == one.defaults else one.id


def _conflicts(
    bound: Iterable[BoundKeys], keys: Mapping[str, tuple[str, ...]], place: Callable[[str], str]
) -> Iterator[str]:
    """Yield a sentence for each pair of bindings that have one key at one place.

    Bindings that share a key of themselves take turns: what is on the screen decides.
    """
    every = [*bound]
    defaults = {one.id: one.defaults for one in every}
    found: set[tuple[str, ...]] = set()
    for one in every:
        given = _given_as(one, keys, defaults)
        for key in RESERVED.keys() & {*one.keys}:
            if (given, key) not in found:
                found.add((given, key))
                yield f"{place(given)}: {written_key(key)} is reserved for {RESERVED[key]}"
    for places in TOGETHER:
        for pair in combinations(_at(places, every), 2):
            # First the one that was changed.
            changed, other = sorted(pair, key=lambda one: one.keys == one.defaults)
            shared = sorted({*changed.keys} & {*other.keys})
            if not shared or {*changed.defaults} & {*other.defaults}:
                continue
            named = tuple(_given_as(one, keys, defaults) for one in (changed, other))
            if named not in found:
                found |= {named, named[::-1]}
                yield (
                    f"{place(named[0])}: {written_key(shared[0])!r} is also the key of "
                    f"{named[1]}; change one of them"
                )


def _at(places: Iterable[str], bound: Iterable[BoundKeys]) -> list[BoundKeys]:
    """Return what works at places; a recording's keys hide those that they are in place of."""
    here = [one for one in bound if one.place in places]
    hidden = {key for one in here if one.place == "recording" for key in one.defaults}
    return [one for one in here if one.place == "recording" or not hidden.issuperset(one.defaults)]
