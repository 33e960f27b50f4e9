"""A comparison's parts of the snapshot's document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from relaytop.jobs.shadow.bootstrap import CERTAINTY, RESAMPLES, percentile
from relaytop.jobs.shadow.compare import FAMILYWISE_ERROR, compare
from relaytop.jobs.shadow.detectable import POWER
from relaytop.jobs.shadow.origin import origin_of
from relaytop.jobs.shadow.verdict import verdict
from relaytop.jobs.token_counts import token_remark

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaytop.jobs.shadow.figure import Figure
    from relaytop.jobs.shadow.pairs import Pair
    from relaytop.jobs.shadow.rounds import Round

_DIGITS = {"ms": 3, "USD": 9}


def comparison_facts(seed: int) -> dict[str, Any]:
    """Return what holds for every comparison of a document."""
    return {"seed": seed, "certainty": CERTAINTY, "error": FAMILYWISE_ERROR, "power": POWER}


def comparison_document(
    pair: Pair, rounds: Sequence[Round], seed: int, models: int, resamples: int = RESAMPLES
) -> dict[str, Any]:
    """Return one model's part: the figures of both sides, their difference, and the verdict.

    Args:
        pair: Which two targets are compared.
        rounds: What both made of each request, in the order of time.
        seed: Decides what is drawn.
        models: How many the run compares: they share the error.
        resamples: For the intervals.
    """
    sides = {
        side: origin_of(
            target,
            [getattr(one, side) for one in rounds],
            compared=target.provider not in pair.deployments,
        )
        for side, target in (("a", pair.a), ("b", pair.b))
    }
    found = compare(
        rounds,
        f"{seed} {pair.model}",
        latency_judged=not any(side.mostly_cached for side in sides.values()),
        level=FAMILYWISE_ERROR / models,
        resamples=resamples,
    )
    counted = found.figures.get("input_tokens")
    remarks = [remark for side in sides.values() for remark in side.remarks()]
    if counted is not None:
        remark = token_remark({pair.a.id: counted.a, pair.b.id: counted.b})
        remarks += [remark] if remark is not None else []
    return {
        "model": pair.model,
        "a": pair.a.id,
        "b": pair.b.id,
        "rounds": found.rounds,
        "resamples": found.resamples,
        "verdict": verdict(found, pair.a.provider, pair.b.provider),
        "blocks": {
            subject: {
                "rounds": each.rounds,
                "block_rounds": each.block_rounds,
                "needed": each.needed,
            }
            for subject, each in found.blocks.items()
        },
        "origins": {side: origin.document() for side, origin in sides.items()},
        **({"remarks": remarks} if remarks else {}),
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
        "detectable": figure.detectable,
    }
    known = {key: round(value, digits) for key, value in values.items() if value is not None}
    return {"unit": figure.unit, "n": figure.n, **known, "shown": figure.shown}


def length_document(characters: Sequence[float]) -> dict[str, Any]:
    """Return the distribution of the replies' lengths; at n = 0 its count alone."""
    if not characters:
        return {"n": 0}
    ordered = np.sort(characters)
    return {
        "n": len(ordered),
        "min": float(ordered[0]),
        "mean": round(float(ordered.mean()), 3),
        **{f"p{p}": round(float(percentile(ordered, p / 100)), 3) for p in (50, 95, 99)},
        "max": float(ordered[-1]),
    }
