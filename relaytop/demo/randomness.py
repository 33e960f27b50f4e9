"""Repeatable randomness: the outcome of each request to a model.

Every request draws the same number of values under any condition, and every model has its own
generator; so the n-th request of a model is the same in every run of a seed, in whatever order
the models are asked.
"""

from __future__ import annotations

from math import exp
from random import Random
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from relaytop.demo.incident import Condition
    from relaytop.demo.scenario import DemoModel

TOKENS = (
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
"""The tokens of a reply, as many as are drawn."""

MIN_TOKENS = 5
TOKEN_SIGMA = 0.25
TAIL_MS = (1400.0, 2300.0)
"""The range of a slow reply's TTFT, for every model."""
WAIT_S = (2, 6)
"""The range of a 429's `retry-after`."""


class Outcome(NamedTuple):
    """The outcome of one request."""

    fault: str | None
    """A fault of `incident.Condition`, or None: a good reply."""
    ttft_s: float
    gaps_s: tuple[float, ...]
    """Before each token after the first."""
    wait_s: int
    """The `retry-after` of a `rate_limited` reply."""
    request_id: str

    @property
    def tokens(self) -> tuple[str, ...]:
        """The tokens of the reply."""
        return TOKENS[: len(self.gaps_s) + 1]


class RequestRandomness:
    """The generator of one model.

    Args:
        seed: The demo's seed.
        provider: The provider's name.
        model: The requested model.
    """

    def __init__(self, seed: int, provider: str, model: DemoModel) -> None:
        self._model = model
        self._random = Random(f"{seed}/{provider}/{model.id}")  # noqa: S311 - repeatable, no secret

    def draw(self, condition: Condition) -> Outcome:
        """Draw the outcome of the next request under a condition."""
        random = self._random
        fault_draw, tail_draw, tail_place = random.random(), random.random(), random.random()
        spread = random.gauss(0, 1)
        count = random.randint(MIN_TOKENS, len(TOKENS))
        gaps = [random.gauss(0, 1) for _ in TOKENS[1:]]
        wait_s = random.randint(*WAIT_S)
        request_id = f"req_{random.getrandbits(64):016x}"
        ttft_ms = self._model.ttft_ms * exp(self._model.sigma * spread)
        if tail_draw < condition.tail:
            ttft_ms = TAIL_MS[0] + (TAIL_MS[1] - TAIL_MS[0]) * tail_place
        token_s = self._model.token_ms * condition.slowness / 1000
        return Outcome(
            fault=condition.fault if fault_draw < condition.fault_odds else None,
            ttft_s=ttft_ms * condition.slowness / 1000,
            gaps_s=tuple(token_s * exp(TOKEN_SIGMA * gap) for gap in gaps[: count - 1]),
            wait_s=wait_s,
            request_id=request_id,
        )
