"""What a shadow run showed, as the snapshot's document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from relaytop.jobs.shadow.bootstrap import CERTAINTY, RESAMPLES, percentile
from relaytop.jobs.shadow.compare import FAMILYWISE_ERROR, Comparison, compare
from relaytop.jobs.shadow.verdict import verdict
from relaytop.store.document import snapshot_document

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaytop.jobs.shadow.figure import Figure
    from relaytop.jobs.shadow.interleave import Race
    from relaytop.jobs.shadow.recorded import Encounter
    from relaytop.jobs.shadow.run import Shadow

_DIGITS = {"ms": 3, "USD": 9}


def shadow_document(done: Shadow, now: float, host: str) -> dict[str, Any]:
    """Return the snapshot of a whole run, with a comparison for each model.

    Drawing the intervals takes a tenth of a second a model.
    """
    document = snapshot_document("shadow", done.monitor, done.settings, now, host)
    document.pop("window_requests", None)
    lengths = {name: values for race in done.races for name, values in race.lengths.items()}
    for target in document["targets"]:
        target["reply_characters"] = _distribution(lengths[target["target"]])
    document |= shadow_parts(done.plan.seed)
    document["comparisons"] = [comparison_document(race, done.plan.seed) for race in done.races]
    return document


def shadow_parts(seed: int) -> dict[str, Any]:
    """Return what a comparison says of itself."""
    return {"seed": seed, "certainty": CERTAINTY, "error": FAMILYWISE_ERROR}


def comparison_document(
    race: Race | Encounter, seed: int, resamples: int = RESAMPLES
) -> dict[str, Any]:
    """Return one model's part: the figures of both sides, their difference, and the verdict."""
    found: Comparison = compare(race.rounds, f"{seed} {race.pair.model}", resamples=resamples)
    a, b = race.pair.a, race.pair.b
    return {
        "model": race.pair.model,
        "a": a.id,
        "b": b.id,
        "rounds": found.rounds,
        "resamples": found.resamples,
        "verdict": verdict(found, a.provider, b.provider),
        "figures": {name: _figure(figure) for name, figure in found.figures.items()},
    }


def _figure(figure: Figure) -> dict[str, Any]:
    digits = _DIGITS.get(figure.unit, 4)
    values = {
        "a": figure.a,
        "b": figure.b,
        "difference": figure.difference,
        "low": figure.low,
        "high": figure.high,
    }
    known = {key: round(value, digits) for key, value in values.items() if value is not None}
    return {"unit": figure.unit, "n": figure.n, **known, "shown": figure.shown}


def _distribution(values: Sequence[float]) -> dict[str, Any]:
    if not values:
        return {"n": 0}
    ordered = np.sort(values)
    return {
        "n": len(ordered),
        "min": float(ordered[0]),
        "mean": round(float(ordered.mean()), 3),
        **{f"p{p}": round(float(percentile(ordered, p / 100)), 3) for p in (50, 95, 99)},
        "max": float(ordered[-1]),
    }
