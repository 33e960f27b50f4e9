"""Which rows the requests of a series belong to: by its model, and by its place where both tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.config.target_id import split_target

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

NOTHING = frozenset({"", "None", "none", "null", "unknown"})
"""Values of a label that say that there is none."""


class Matcher:
    """Finds the rows of a model.

    Args:
        targets: The ids of the rows.
        aliases: One model → its targets (`provider/model`), as the config has them.
    """

    def __init__(self, targets: Iterable[str], aliases: Mapping[str, Sequence[str]]) -> None:
        self._rows: dict[str, dict[str, None]] = {}
        self._bare: dict[str, dict[str, None]] = {}
        self._found: dict[tuple[tuple[str, ...], tuple[str, ...]], tuple[str, ...]] = {}
        self.places: set[str] = set()
        """The places of all rows."""
        names = _names_of_members(aliases)
        for target in targets:
            provider, model, place = split_target(target)
            self.places.add(place)
            for name in (model, *names.get(f"{provider}/{model}", ())):
                self._rows.setdefault(name.casefold(), {})[target] = None
                maker, bare = _split_maker(name.casefold())
                self._bare.setdefault(bare if not maker else f"/{bare}", {})[target] = None

    def rows(self, models: Sequence[str], providers: Sequence[str] = ()) -> Sequence[str]:
        """Return the rows of the first of several names of a model that has any.

        Args:
            models: As an exporter's labels have them, the best first.
            providers: Those whose rows alone are meant; none: all.
        """
        key = tuple(models), tuple(providers)
        if key not in self._found:
            self._found[key] = tuple(self._search(models, providers))
        return self._found[key]

    def _search(self, models: Sequence[str], providers: Sequence[str]) -> Sequence[str]:
        for model in models:
            if model in NOTHING:
                continue
            rows = [
                target
                for target in self._of(model.casefold())
                if not providers or split_target(target).provider in providers
            ]
            if rows:
                return rows
        return ()

    def _of(self, model: str) -> dict[str, None]:
        """Return the rows of a name: the same one, or the same but for a maker that one leaves out.

        Two names with different makers are two models.
        """
        maker, bare = _split_maker(model)
        found = dict(self._rows.get(model, {}))
        found |= self._bare.get(bare if maker else f"/{bare}", {})
        return found


def _split_maker(model: str) -> tuple[str, str]:
    """Return a model's maker and its bare name: `openai/gpt-4.1` → `openai`, `gpt-4.1`."""
    maker, _, bare = model.rpartition("/")
    return maker, bare


def _names_of_members(aliases: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Return target without place → the names of its model elsewhere."""
    found: dict[str, list[str]] = {}
    for alias, members in aliases.items():
        names = [alias, *(split_target(member).model for member in members)]
        for member in members:
            found.setdefault(member, []).extend(names)
    return found
