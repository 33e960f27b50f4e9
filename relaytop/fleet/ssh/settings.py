"""The settings of a fleet: what its hosts watch, each row with its place."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from relaytop.config.settings import Provider
from relaytop.config.target_id import join_target, split_target

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relaytop.config.settings import Settings
    from relaytop.fleet.ssh.protocol import Watched


def fleet_settings(base: Settings, watched: Mapping[str, Watched]) -> Settings:
    """Return settings with every host's targets, providers and aliases; no key and no address.

    Args:
        base: The viewer's own: window, alerts and the like.
        watched: Place → what is watched there, in the order in which the rows are shown.
    """
    aliases: dict[str, tuple[str, ...]] = {}
    for place, each in watched.items():
        for alias, names in each.aliases.items():
            here = tuple(_with_place(name, place) for name in names)
            aliases[alias] = (*aliases.get(alias, ()), *here)
    return dataclasses.replace(
        base,
        providers=_providers(watched),
        targets=tuple(
            dataclasses.replace(target, place=place)
            for place, each in watched.items()
            for target in each.targets
        ),
        aliases=aliases,
    )


def _providers(watched: Mapping[str, Watched]) -> tuple[Provider, ...]:
    """Return each provider once, with the wire API and the prices of whoever names them first."""
    found: dict[str, Provider] = {}
    for each in watched.values():
        names = (*each.apis, *(target.provider for target in each.targets))
        for name in dict.fromkeys(names):
            known = found.get(name)
            api = known.api if known is not None else each.apis.get(name, "openai")
            prices = {**each.prices.get(name, {}), **(known.prices if known is not None else {})}
            found[name] = Provider(name=name, base_url="", api=api, prices=prices)
    return tuple(found.values())


def _with_place(target: str, place: str) -> str:
    provider, model, _place = split_target(target)
    return join_target(provider, model, place)
