"""Two providers that were recorded: probes of both, set against one another by their times."""

from __future__ import annotations

import dataclasses
import random
from statistics import median
from typing import TYPE_CHECKING, Any

from relaytop.jobs.recorded import Recorded
from relaytop.jobs.shadow.bootstrap import RESAMPLES
from relaytop.jobs.shadow.document import comparison_document, shadow_parts
from relaytop.jobs.shadow.rounds import Round, outcome_of
from relaytop.jobs.shadow.time_matching import match_by_time

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaytop.jobs.shadow.pairs import Pair
    from relaytop.store.recording import Recording

MOST = 2000
"""Pairs that are compared; of more, so many are drawn."""
DRAWN = 5_000_000
"""Pairs drawn again for the intervals, all resamples together: some tenths of a second."""
ASKED = ("max_tokens", "stream")
"""What a recording tells of how its targets were probed."""


@dataclasses.dataclass(frozen=True, slots=True)
class Encounter:
    """One model's probes at both providers; has what a comparison needs of a race."""

    pair: Pair
    rounds: Sequence[Round]
    recorded: tuple[int, int]
    """Probes of each side."""
    pairs: int
    """Those of them that found a partner; `rounds` is at most `MOST` of them."""
    within_s: float
    """How far apart the two of a pair may have been sent."""
    apart_s: float | None
    """How far apart they were, the median; None without a pair."""


def recorded_shadow(recording: Recording, pairs: Sequence[Pair], seed: int) -> dict[str, Any]:
    """Return the document of a comparison that a recording allows.

    The recorded probes were not sent as pairs. Each is set against the one of the other side that
    was sent nearest in time, within the longer of the two intervals, and is used once. So what
    drifts for both in the course of hours stays shared; what differs between neighbours does not.

    Args:
        recording: Where the probes are.
        pairs: Who stands against whom.
        seed: Decides what is drawn.
    """
    targets = tuple(target for pair in pairs for target in (pair.a, pair.b))
    found = Recorded(recording, dataclasses.replace(recording.settings, targets=targets))
    document = found.document("shadow")
    document |= shadow_parts(seed)
    document["comparisons"] = [
        _compared(_meet(found, pair, random.Random(f"{seed} {pair.model}")), seed)  # noqa: S311
        for pair in pairs
    ]
    return document


def _meet(found: Recorded, pair: Pair, random_: random.Random) -> Encounter:
    left, right = (
        sorted((s for s in found.samples[t.id] if not s.stale), key=lambda s: s.sent_at)
        for t in (pair.a, pair.b)
    )
    within_s = max(pair.a.interval_s, pair.b.interval_s)
    places = match_by_time([s.sent_at for s in left], [s.sent_at for s in right], within_s)
    apart_s = [abs(left[i].sent_at - right[j].sent_at) for i, j in places]
    drawn = sorted(random_.sample(places, MOST)) if len(places) > MOST else places
    return Encounter(
        pair,
        [Round(0, outcome_of(left[i]), outcome_of(right[j])) for i, j in drawn],
        (len(left), len(right)),
        len(places),
        within_s,
        median(apart_s) if apart_s else None,
    )


def _compared(met: Encounter, seed: int) -> dict[str, Any]:
    resamples = min(RESAMPLES, DRAWN // max(1, len(met.rounds)))
    a, b = met.recorded
    pairing: dict[str, Any] = {"a": a, "b": b, "pairs": met.pairs, "within_s": met.within_s}
    if met.apart_s is not None:
        pairing["apart_s"] = round(met.apart_s, 3)
    differ = [name for name in ASKED if getattr(met.pair.a, name) != getattr(met.pair.b, name)]
    if differ:
        pairing["differ"] = differ
    return comparison_document(met, seed, resamples) | {"pairing": pairing}
