"""The origin of both sides' replies: caches, models that were not asked for, rerouted requests."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

from relaytop.monitor.number_format import format_ms
from relaytop.monitor.origin import MAX_MODELS, OTHER
from relaytop.wire.served import compare_models

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaytop.config.settings import Target
    from relaytop.jobs.shadow.rounds import Outcome

MAX_CACHED_SHARE = 0.05
"""Share of a side's answers from a cache beyond which no latency is judged: what is left is by
chance those requests that the cache did not know."""


@dataclass(frozen=True, slots=True)
class Origin:
    """The origin of one side's good replies, by the relay's own account."""

    target: Target
    compared: bool
    """Whether a reply should name the model by the name by which it was asked for."""
    rounds: int
    cached: int
    """Answers from a cache."""
    cache_sign: str | None
    """The header or field that told the newest of them."""
    served: dict[str, int]
    """Model that replies named → count, the most frequent first."""
    rerouted: int
    """Replies for which the relay retried, or asked another."""
    rerouted_p50_ms: float | None
    """Their median latency."""
    direct_p50_ms: float | None
    """That of the other replies."""

    @property
    def mostly_cached(self) -> bool:
        """Whether too many answers came from a cache for a verdict on latency."""
        return self.cached > MAX_CACHED_SHARE * self.rounds

    @property
    def different(self) -> dict[str, int]:
        """Those of the models that are not the one that was asked for."""
        return {
            name: count
            for name, count in self.served.items()
            if self.compared
            and name != OTHER
            and compare_models(self.target.model, name) == "different"
        }

    def document(self) -> dict[str, Any]:
        """Return its part of a snapshot."""
        return {"cached": self.cached, **({"served": self.served} if self.served else {})}

    def remarks(self) -> list[str]:
        """Return what has to be known beside the figures, a sentence each."""
        name, found = self.target.id, []
        if self.cached:
            found.append(
                f"{name}: {self.cached} of {self.rounds} replies were cached "
                f"({self.cache_sign}) and are excluded from all figures"
            )
        found += [
            f"{name}: asked for {self.target.model}, served by {model} in {count} replies"
            for model, count in self.different.items()
        ]
        if self.rerouted:
            text = f"{name}: for {self.rerouted} replies the relay retried or used another upstream"
            if self.rerouted_p50_ms is not None and self.direct_p50_ms is not None:
                text += f" (P50 {format_ms(self.rerouted_p50_ms).strip()} ms"
                text += f" against {format_ms(self.direct_p50_ms).strip()})"
            found.append(text)
        return found


def origin_of(target: Target, outcomes: Sequence[Outcome], *, compared: bool = True) -> Origin:
    """Return where one side's replies came from; `compared` as in `Origin`."""
    signs = [one.cache_sign for one in outcomes if one.cache_sign is not None]
    names = Counter(one.served.model for one in outcomes if one.ok and one.served.model)
    served = dict(names.most_common(MAX_MODELS))
    if others := names.total() - sum(served.values()):
        served[OTHER] = others
    rerouted: list[float] = []
    direct: list[float] = []
    for one in outcomes:
        if one.latency_ms is not None:
            was_rerouted = one.served.retries or one.served.fallbacks
            (rerouted if was_rerouted else direct).append(one.latency_ms)
    return Origin(
        target,
        compared,
        len(outcomes),
        len(signs),
        signs[-1] if signs else None,
        {str(name): count for name, count in served.items()},
        len(rerouted),
        median(rerouted) if rerouted else None,
        median(direct) if direct else None,
    )
