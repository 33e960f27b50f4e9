"""The origin of one target's replies: a cache, or which model, by their own account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.monitor.handover import MAX_NAMES
from relaytop.monitor.record import MAX_SERVED
from relaytop.wire.served import compare_models

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Literal

    from relaytop.monitor.handover import TargetFacts
    from relaytop.probe.sample import Sample
    from relaytop.wire.facts import Served

    Line = tuple[Literal["cache", "served"], Literal["good", "warning"], str]

MAX_MODELS = MAX_NAMES
"""Models that are counted by name at a time; all others count as `OTHER`."""
OTHER = "other"
_OTHER_NUMBER = MAX_SERVED


def observe_origin(facts: TargetFacts, asked: str | None, sample: Sample) -> Iterator[Line]:
    """Note where a good reply came from; yield (kind, level, text) of what began or ended.

    Args:
        facts: The target's, changed.
        asked: The model that was asked for; None where that is a name of the user's own.
        sample: Any of the target; failures say nothing of it.
    """
    if not sample.ok:
        return
    if sample.from_cache:
        facts.cache_sign = sample.cached
    match facts.cache.observe(present=sample.from_cache):
        case "began":
            yield "cache", "warning", f"cached reply ({sample.cached}): not measured"
        case "ended":
            yield "cache", "good", "replies no longer cached"
        case None:
            pass
    if sample.from_cache:
        return
    facts.served = sample.served
    other = sample.served.model
    different = asked is not None and compare_models(asked, other) == "different"
    match facts.replaced.observe(present=different):
        case "began":
            yield "served", "warning", f"served by {other}, not {asked}{_why(sample.served)}"
        case "ended":
            yield "served", "good", f"served by {other or asked} again"
        case None:
            pass


def _why(served: Served) -> str:
    return " (the relay fell back)" if served.fallbacks else ""


def served_number(facts: TargetFacts, model: str | None, serial: int, oldest: int) -> int:
    """Return the number under which a ring keeps a model's name; 0 where a reply has none.

    Args:
        facts: The target's; the name is kept there.
        model: As the reply names it.
        serial: The sample's serial number.
        oldest: The serial number of the oldest sample that the ring still keeps: a name that
            none of them has makes room for another.
    """
    if model is None:
        return 0
    names = facts.served_names
    places = [place for place, (name, _last) in enumerate(names) if name == model]
    if not places and len(names) < MAX_MODELS:
        places = [len(names)]
    if not places:
        places = [place for place, (_name, last) in enumerate(names) if last < oldest]
    if not places:
        return _OTHER_NUMBER
    place = places[0]
    facts.served_names = (*names[:place], (model, serial), *names[place + 1 :])
    return place + 1


def served_counts(facts: TargetFacts, numbers: Mapping[int, int]) -> dict[str, int]:
    """Return model → count, the most frequent first.

    Args:
        facts: The target's, with the names.
        numbers: Number of a name → count.
    """
    names = [name for name, _last in facts.served_names]
    found = {
        OTHER if number == _OTHER_NUMBER else names[number - 1]: count
        for number, count in numbers.items()
        if count and (number == _OTHER_NUMBER or number <= len(names))
    }
    return dict(sorted(found.items(), key=lambda pair: -pair[1]))
