"""Chance, repeatable: what one request to one model draws.

Every request draws the same number of values whatever it meets, and every model has its own
generator; so the n-th request of a model is the same in every run of a seed, in whatever order
the models are asked.
"""

from __future__ import annotations

from math import exp
from random import Random
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from relaytop.demo.incident import Condition
    from relaytop.demo.scenario import Model

WORDS = (
    "Pong.",
    " The",
    " line",
    " is",
    " open,",
    " every",
    " word",
    " took",
    " a",
    " little",
    " while,",
    " and",
    " all",
    " of",
    " them",
    " arrived.",
)
"""What a model says, one token each, as many as it has drawn."""

FEWEST_WORDS = 5
TOKEN_SIGMA = 0.25
TAIL_MS = (1400.0, 2300.0)
"""A slow reply's TTFT lies between these, whatever the model."""
WAIT_S = (2, 6)
"""What a 429 asks a client to wait."""


class Turn(NamedTuple):
    """What one request will get."""

    fault: str | None
    """A fault of `incident.Condition`, or None: a good reply."""
    ttft_s: float
    gaps_s: tuple[float, ...]
    """Before each token after the first."""
    wait_s: int
    """What a `rate_limited` reply asks to wait."""
    request_id: str

    @property
    def words(self) -> tuple[str, ...]:
        """The tokens of the reply."""
        return WORDS[: len(self.gaps_s) + 1]


class RequestRandomness:
    """The generator of one model.

    Args:
        seed: The demo's seed.
        provider: The provider's name.
        model: What is asked.
    """

    def __init__(self, seed: int, provider: str, model: Model) -> None:
        self._model = model
        # Latencies are to be repeatable, not secret.
        self._random = Random(f"{seed}/{provider}/{model.id}")  # noqa: S311

    def turn(self, condition: Condition) -> Turn:
        """Draw what the next request gets under a condition."""
        draw = self._random
        fault_roll, tail_roll, tail_place = draw.random(), draw.random(), draw.random()
        spread = draw.gauss(0, 1)
        count = draw.randint(FEWEST_WORDS, len(WORDS))
        gaps = [draw.gauss(0, 1) for _ in WORDS[1:]]
        wait_s = draw.randint(*WAIT_S)
        request_id = f"req_{draw.getrandbits(64):016x}"
        ttft_ms = self._model.ttft_ms * exp(self._model.sigma * spread)
        if tail_roll < condition.tail:
            ttft_ms = TAIL_MS[0] + (TAIL_MS[1] - TAIL_MS[0]) * tail_place
        token_s = self._model.token_ms * condition.slowness / 1000
        return Turn(
            fault=condition.fault if fault_roll < condition.fault_odds else None,
            ttft_s=ttft_ms * condition.slowness / 1000,
            gaps_s=tuple(token_s * exp(TOKEN_SIGMA * gap) for gap in gaps[: count - 1]),
            wait_s=wait_s,
            request_id=request_id,
        )
