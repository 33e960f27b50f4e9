"""The pairs of a comparison: a model of one provider and a model of the other."""

from __future__ import annotations

import dataclasses
import random
from typing import TYPE_CHECKING

from relaytop.config.errors import RelaytopError
from relaytop.config.suggestions import suggestion

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaytop.config.settings import Settings, Target


@dataclasses.dataclass(frozen=True, slots=True)
class Pair:
    """One model at both providers."""

    model: str
    """Its name in the report: its alias, its id, or both ids."""
    a: Target
    b: Target
    deployments: frozenset[str] = frozenset()
    """Providers whose models go by names of the user's own, which replies need not repeat."""
    same_url: bool = False
    """Whether both are at one base URL, told apart by their keys or headers."""

    def generator(self, seed: int) -> random.Random:
        """Return the random numbers that a run's seed gives to this pair, apart from others."""
        return random.Random(f"{seed} {self.model}")  # noqa: S311 - not a secret


def pairs_of(settings: Settings, a: str, b: str, named: Sequence[str]) -> tuple[Pair, ...]:
    """Return the pairs to compare.

    Args:
        settings: The providers, their targets and the aliases.
        a: One provider's name.
        b: The other's.
        named: `A's id=B's id` each, or one id that both have; none: the aliases that name both
            providers, and the ids that both have.

    Raises:
        RelaytopError: There is no such provider or model, or nothing to compare.
    """
    for name in (a, b):
        _check_provider(settings, name)
    if a == b:
        sentence = f"shadow compares two providers, but {a} is named twice"
        raise RelaytopError(sentence)
    wanted = [_split(text) for text in named] or _in_common(settings, a, b)
    if not wanted:
        sentence = f"{a} and {b} have no model in common: name pairs as --model A_ID=B_ID"
        raise RelaytopError(sentence)
    deployments = frozenset(p.name for p in settings.providers if p.has_deployments)
    same_url = settings.provider(a).base_url == settings.provider(b).base_url
    pairs = tuple(
        Pair(model, _target(settings, a, left), _target(settings, b, right), deployments, same_url)
        for model, left, right in wanted
    )
    seen = set[str]()
    for target in (target for pair in pairs for target in (pair.a, pair.b)):
        if target.id in seen:
            sentence = f"{target.id} is in two pairs: a model can be compared with one other only"
            raise RelaytopError(sentence)
        seen.add(target.id)
    return pairs


def _check_provider(settings: Settings, name: str) -> None:
    known = [provider.name for provider in settings.providers]
    if name not in known:
        sentence = f"no provider {name!r}; {suggestion(name, known)}"
        raise RelaytopError(sentence)


def _split(text: str) -> tuple[str, str, str]:
    left, equals, right = text.partition("=")
    if not left or (equals and not right):
        sentence = f"--model {text}: expected A_ID=B_ID, or one id that both have"
        raise RelaytopError(sentence)
    if not equals or left == right:
        return left, left, left
    return text, left, right


def _in_common(settings: Settings, a: str, b: str) -> list[tuple[str, str, str]]:
    """Return (name, A's id, B's id): by alias, then by equal ids; each id once."""
    found: list[tuple[str, str, str]] = []
    for alias, names in settings.aliases.items():
        ids = [name.partition("/")[::2] for name in names]
        lefts = [model for provider, model in ids if provider == a]
        rights = [model for provider, model in ids if provider == b]
        if lefts and rights:
            found.append((alias, lefts[0], rights[0]))
    lefts_taken = {left for _, left, _ in found}
    rights_taken = {right for _, _, right in found}
    offered = {t.model for t in settings.targets if t.provider == b} - rights_taken
    found += [
        (t.model, t.model, t.model)
        for t in settings.targets
        if t.provider == a and t.model in offered and t.model not in lefts_taken
    ]
    return found


def _target(settings: Settings, provider: str, model: str) -> Target:
    listed = {t.model: t for t in settings.targets if t.provider == provider}
    if model in listed:
        return listed[model]
    named = {name for names in settings.aliases.values() for name in names}
    if listed and f"{provider}/{model}" not in named:
        sentence = f"{provider} lists no model {model!r}; {suggestion(model, listed)}"
        raise RelaytopError(sentence)
    return settings.new_target(provider, model)
