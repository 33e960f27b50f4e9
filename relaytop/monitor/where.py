"""Where the cause of failures is: the path from one place, a provider, or one of its models.

From counts alone. A row that is not heard from is no evidence; with one place nothing is claimed;
what the counts do not carry is said to be likely. The widest explanation that fits is taken first,
and the rows that it explains need no other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from relaytop.monitor.binomial import upper_tail
from relaytop.monitor.fisher import fisher_p
from relaytop.monitor.why import SLOW, why

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from relaytop.monitor.summary import Summary

LEVEL = 0.05
"""What is less likely than this by chance is said to be sure."""
HALF = 0.5
"""Where more than this share fails, it fails."""
ELSEWHERE = 0.25
"""The share of the same targets that may fail elsewhere, where the path is to blame."""
LEAST_PLACES = 2
KNOWN = frozenset({"up", "degraded", "down"})
BAD = frozenset({"degraded", "down"})

Cause = Literal["path", "provider", "model"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """One cause, and the counts that it is concluded from."""

    cause: Cause
    place: str
    """Of a path: where it begins; else empty."""
    provider: str
    """Empty: all providers, of a path."""
    model: str
    """Empty: all models."""
    targets: tuple[str, ...]
    """The rows that it explains."""
    bad: int
    """Of a path: rows that fail there; else places from which most of it fails."""
    of: int
    """Of so many."""
    elsewhere_bad: int
    """Of a path: the same targets that fail from elsewhere."""
    elsewhere_of: int
    others: int
    """Of a model: the provider's other models, which are well."""
    slow: int
    """Rows of it that are slow, and do not fail."""
    sure: bool
    """Whether chance is unlikely."""

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What it blames: the same while its counts change."""
        return self.cause, self.place, self.provider, self.model

    @property
    def name(self) -> str:
        """What it blames, by its own name: `path from ops-2`, `holysheep`, `holysheep/gpt-4.1`."""
        target = f"{self.provider}/{self.model}" if self.model else self.provider
        if self.cause != "path":
            return target
        return f"path from {self.place}" + (f" to {target}" if target else "")

    @property
    def what(self) -> str:
        """What it blames, in words: `the path from ops-2`, `the provider`, `the model`."""
        if self.cause != "path":
            return self._likely(f"the {self.cause}")
        to = f" to {self.provider}" if self.provider and not self.model else ""
        return self._likely(f"the path from {self.place}{to}")

    def _likely(self, words: str) -> str:
        return words if self.sure else f"likely {words}"

    @property
    def text(self) -> str:
        """The whole sentence, with its counts."""
        return f"{self._counts}: {self.what}"

    @property
    def short(self) -> str:
        """The sentence without what is well elsewhere."""
        return f"{self._counts.partition(' (')[0].partition(',')[0].partition(';')[0]}: {self.what}"

    @property
    def _verbs(self) -> tuple[str, str]:
        """What its rows do: one of them, and several."""
        if self.slow == len(self.targets):
            return "is slow", "are slow"
        return ("fails or is slow", "fail or are slow") if self.slow else ("fails", "fail")

    @property
    def _counts(self) -> str:
        one, several = self._verbs
        name = f"{self.provider}/{self.model}" if self.model else self.provider
        if self.cause == "path" and self.model:
            well = self.elsewhere_of - self.elsewhere_bad
            only = " only" if not self.elsewhere_bad else ""
            others = f"others: {well} of {self.elsewhere_of} up"
            return f"{name} {one} from {self.place}{only} ({others})"
        if self.cause == "path":
            what = f"{name} targets" if name else "targets"
            elsewhere = f"{self.elsewhere_bad} of {self.elsewhere_of} elsewhere"
            return f"{self.bad} of {self.of} {what} {several} from {self.place}, {elsewhere}"
        from_places = f"{name} {one} from {self.bad} of {self.of} places"
        if self.cause == "provider":
            return from_places
        many = self.others != 1
        others = f"its {self.others} other models are" if many else "its other model is"
        return f"{from_places}; {others} well"


def judge(summaries: Iterable[Summary]) -> tuple[Verdict, ...]:
    """Return the causes of what fails, that of the most rows first.

    Args:
        summaries: All rows; those without a place are left out.
    """
    known = [s for s in summaries if s.place and s.status in KNOWN]
    if len({s.place for s in known}) < LEAST_PLACES:
        return ()
    found: list[Verdict] = []
    # Where all of a place fails, what fails there says nothing of a provider.
    found += _paths(known, whole=True)
    left = _without(known, found)
    found += _providers(left)
    left = _without(left, found)
    found += _models(left, known)
    left = _without(left, found)
    found += _paths(left, whole=False)
    for by in (_provider, _target):
        left = _without(left, found)
        found += _paths_to(left, by)
    return tuple(sorted(found, key=lambda verdict: -len(verdict.targets)))


def _without(rows: Sequence[Summary], found: Iterable[Verdict]) -> list[Summary]:
    explained = {target for verdict in found for target in verdict.targets}
    dead = {v.place for v in found if v.cause == "path" and not v.provider}
    return [s for s in rows if s.target not in explained and s.place not in dead]


def _provider(s: Summary) -> tuple[str, str]:
    return s.provider, ""


def _target(s: Summary) -> tuple[str, str]:
    return s.provider, s.model


def _is_bad(s: Summary) -> bool:
    return s.status in BAD


def _paths(rows: Sequence[Summary], *, whole: bool) -> list[Verdict]:
    """Return the places from which most targets fail that are well elsewhere.

    Args:
        rows: The rows that count.
        whole: Whether all of a place must fail, with several targets there.
    """
    found = []
    for place in sorted({s.place for s in rows}):
        here = [s for s in rows if s.place == place]
        bad = [s for s in here if _is_bad(s)]
        enough = len(bad) == len(here) if whole else len(bad) > HALF * len(here)
        if enough and len({s.provider for s in bad}) > 1:
            found += _path(place, "", "", here, rows)
    return found


def _paths_to(rows: Sequence[Summary], by: object) -> list[Verdict]:
    """Return the paths from single places to single providers or targets."""
    name = _provider if by is _provider else _target
    found = []
    for place, (provider, model) in sorted({(s.place, name(s)) for s in rows if _is_bad(s)}):
        here = [s for s in rows if s.place == place and name(s) == (provider, model)]
        bad = sum(map(_is_bad, here))
        if bad > HALF * len(here) and (model or len(here) > 1):
            found += _path(place, provider, model, here, rows)
    return found


def _path(
    place: str, provider: str, model: str, here: Sequence[Summary], rows: Sequence[Summary]
) -> list[Verdict]:
    """Return the verdict that the path from a place is to blame, where the others are well."""
    targets = {_target(s) for s in here}
    others = [s for s in rows if s.place != place and _target(s) in targets]
    bad, far = [s for s in here if _is_bad(s)], sum(map(_is_bad, others))
    if not others or not bad or far > ELSEWHERE * len(others):
        return []
    p = fisher_p(len(bad), len(here) - len(bad), far, len(others) - far)
    return [
        Verdict(
            "path",
            place,
            provider,
            model,
            tuple(s.target for s in bad),
            len(bad),
            len(here),
            far,
            len(others),
            0,
            _slow(bad),
            p < LEVEL,
        )
    ]


def _providers(rows: Sequence[Summary]) -> list[Verdict]:
    """Return the providers of which most targets fail from most places."""
    found = []
    for provider in sorted({s.provider for s in rows}):
        own = [s for s in rows if s.provider == provider]
        found += _of_places("provider", provider, "", own, 0)
    return found


def _models(rows: Sequence[Summary], known: Sequence[Summary]) -> list[Verdict]:
    """Return the models that fail from most places while their provider's others are well."""
    found = []
    for provider, model in sorted({_target(s) for s in rows if _is_bad(s)}):
        own = [s for s in rows if _target(s) == (provider, model)]
        others = [s for s in known if s.provider == provider and s.model != model]
        well = {s.model for s in others if not _is_bad(s)}
        if others and 2 * sum(map(_is_bad, others)) < len(others):
            found += _of_places("model", provider, model, own, len(well))
    return found


def _of_places(
    cause: Cause, provider: str, model: str, own: Sequence[Summary], others: int
) -> list[Verdict]:
    """Return the verdict on what fails from most places."""
    places: dict[str, list[bool]] = {}
    for s in own:
        places.setdefault(s.place, []).append(_is_bad(s))
    failing = sum(2 * sum(bad) > len(bad) or all(bad) for bad in places.values())
    if failing < LEAST_PLACES or failing <= HALF * len(places):
        return []
    bad = [s for s in own if _is_bad(s)]
    sure = upper_tail(len(places), failing, HALF) < LEVEL
    targets = tuple(s.target for s in bad)
    return [
        Verdict(
            *(cause, "", provider, model, targets, failing, len(places)),
            *(0, 0, others, _slow(bad), sure),
        )
    ]


def _slow(rows: Iterable[Summary]) -> int:
    return sum(s.status == "degraded" and why(s) == SLOW for s in rows)
