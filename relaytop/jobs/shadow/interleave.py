"""One model at two providers: whom to ask next, and what came of it."""

from __future__ import annotations

import dataclasses
import random
from typing import TYPE_CHECKING

from relaytop.jobs.shadow.rounds import Round, outcome_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from relaytop.config.settings import Target
    from relaytop.jobs.shadow.pairs import Pair
    from relaytop.jobs.shadow.prompts import Messages
    from relaytop.probe.sample import Sample


@dataclasses.dataclass(frozen=True, slots=True)
class Answers:
    """What both sides answered to one request, or why one did not; safe to show."""

    number: int
    """The round, from 1."""
    messages: Messages
    a: str
    b: str


class Race:
    """The rounds of one pair.

    Args:
        pair: Who stands against whom.
        prompts: What is asked, in turns.
        count: Rounds.
        seed: Decides who is asked first in each round.
        keep_answers: Whether the replies' words are kept.
    """

    def __init__(
        self,
        pair: Pair,
        prompts: Sequence[Messages],
        count: int,
        seed: int,
        *,
        keep_answers: bool,
    ) -> None:
        self.pair = pair
        self.rounds: list[Round] = []
        """Those that both sides finished."""
        self.answers: list[Answers] = []
        self.lengths: dict[str, list[float]] = {pair.a.id: [], pair.b.id: []}
        """Target → characters of each reply."""
        self._prompts = prompts
        self._count = count
        self._random = random.Random(f"{seed} {pair.model}")  # noqa: S311 - not a secret
        self._keep_answers = keep_answers
        self._index = 0
        self._half: dict[str, Sample] = {}

    def asks(self, given_up: Callable[[], bool]) -> Iterator[Target]:
        """Yield whom to ask what, both sides in each round, in random order.

        Args:
            given_up: Whether a side is left alone: the other has nothing to be compared with then.
        """
        for index in range(self._count):
            self._index = index
            messages = self._prompts[index % len(self._prompts)]
            self._half = {}
            order = [self.pair.a, self.pair.b]
            self._random.shuffle(order)
            for target in order:
                if given_up():
                    return
                yield dataclasses.replace(target, messages=messages)

    def take(self, sample: Sample) -> None:
        """Take what came of the last one asked; a round with a stale side counts for neither."""
        if sample.stale:
            return
        if sample.ok and sample.text is not None:
            self.lengths[sample.target].append(float(len(sample.text)))
        self._half[sample.target] = sample
        if len(self._half) == len(self.lengths):
            self._close(self._half[self.pair.a.id], self._half[self.pair.b.id])

    def _close(self, a: Sample, b: Sample) -> None:
        prompt = self._index % len(self._prompts)
        self.rounds.append(Round(prompt, outcome_of(a), outcome_of(b)))
        if self._keep_answers:
            messages = self._prompts[prompt]
            self.answers.append(Answers(self._index + 1, messages, _words(a), _words(b)))


def _words(sample: Sample) -> str:
    if sample.failure is not None:
        return f"[{sample.failure.error_class}: {sample.failure.message}]"
    return sample.text or "[no text]"
