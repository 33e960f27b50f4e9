"""Two providers that were recorded: probes of both, paired by their times."""

from __future__ import annotations

import dataclasses
from statistics import median
from typing import TYPE_CHECKING, Any

from relaytop.jobs.recorded_run import RecordedRun
from relaytop.jobs.shadow.bootstrap import RESAMPLES
from relaytop.jobs.shadow.document import comparison_document, comparison_facts
from relaytop.jobs.shadow.rounds import Round, outcome_of
from relaytop.jobs.shadow.time_matching import match_by_time

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaytop.jobs.shadow.pairs import Pair
    from relaytop.store.recording import Recording

MAX_PAIRS = 2000
"""Pairs that are compared; of more, so many are drawn."""
DRAWN = 5_000_000
"""Pairs drawn again for the intervals, all resamples together: some tenths of a second."""
PROBE_SETTINGS = ("max_tokens", "stream", "unique")
"""Settings of a probe that a recording holds, and that should be the same on both sides."""


def recorded_shadow(recording: Recording, pairs: Sequence[Pair], seed: int) -> dict[str, Any]:
    """Return the document of a comparison that a recording allows.

    The recorded probes were not sent as pairs. Each is set against the one of the other side that
    was sent nearest in time, within the longer of the two intervals, and is used once. So what
    drifts for both in the course of hours stays shared; what differs between neighbours does not.

    Args:
        recording: Where the probes are.
        pairs: Which targets are compared.
        seed: Decides what is drawn.
    """
    targets = tuple(target for pair in pairs for target in (pair.a, pair.b))
    found = RecordedRun(recording, dataclasses.replace(recording.settings, targets=targets))
    document = found.document("shadow") | comparison_facts(seed)
    document["comparisons"] = [_comparison(found, pair, seed, len(pairs)) for pair in pairs]
    return document


def _comparison(found: RecordedRun, pair: Pair, seed: int, models: int) -> dict[str, Any]:
    """Return one model's part, with how its probes were paired."""
    left, right = (
        sorted((s for s in found.samples[t.id] if not s.unmeasured), key=lambda s: s.sent_at)
        for t in (pair.a, pair.b)
    )
    within_s = max(pair.a.interval_s, pair.b.interval_s)
    places = match_by_time([s.sent_at for s in left], [s.sent_at for s in right], within_s)
    pairing: dict[str, Any] = {
        "a": len(left),
        "b": len(right),
        "pairs": len(places),
        "within_s": within_s,
    }
    if places:
        apart_s = median(abs(left[i].sent_at - right[j].sent_at) for i, j in places)
        pairing["apart_s"] = round(apart_s, 3)
    differ = [name for name in PROBE_SETTINGS if getattr(pair.a, name) != getattr(pair.b, name)]
    if differ:
        pairing["differ"] = differ
    if len(places) > MAX_PAIRS:
        places = sorted(pair.generator(seed).sample(places, MAX_PAIRS))
    rounds = [Round(0, outcome_of(left[i]), outcome_of(right[j])) for i, j in places]
    resamples = min(RESAMPLES, DRAWN // max(1, len(rounds)))
    return comparison_document(pair, rounds, seed, models, resamples) | {"pairing": pairing}
