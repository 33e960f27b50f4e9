"""One model at two providers: the requests of both sides, interleaved, and their rounds."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from relaytop.jobs.shadow.rounds import Round, outcome_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from relaytop.config.settings import Target
    from relaytop.jobs.shadow.pairs import Pair
    from relaytop.jobs.shadow.prompts import Messages
    from relaytop.probe.sample import Sample
    from relaytop.wire.nonce import NonceSequence


@dataclasses.dataclass(frozen=True, slots=True)
class Replies:
    """Both sides' replies to one request, or why one has none; safe to show."""

    number: int
    """The round, from 1."""
    messages: Messages
    a: str
    b: str


class InterleavedPair:
    """The requests and rounds of one pair.

    Args:
        pair: Which two targets are compared.
        prompts: What is asked, in turn.
        count: Rounds.
        seed: Decides who is asked first in each round.
        nonces: Of the rounds, a new one for both sides of each; at one URL one for each side.
        keep_replies: Whether the replies' texts are kept.
    """

    def __init__(
        self,
        pair: Pair,
        prompts: Sequence[Messages],
        count: int,
        seed: int,
        *,
        nonces: NonceSequence,
        keep_replies: bool,
    ) -> None:
        self.pair = pair
        self.rounds: list[Round] = []
        """Those that both sides finished."""
        self.replies: list[Replies] = []
        self.lengths: dict[str, list[float]] = {pair.a.id: [], pair.b.id: []}
        """Target → characters of each reply."""
        self._prompts = prompts
        self._count = count
        self._random = pair.generator(seed)
        self._nonces = nonces
        self._keep_replies = keep_replies
        self._index = 0
        self._samples: dict[str, Sample] = {}
        """Target → its sample of the round under way."""

    def requests(self, given_up: Callable[[], bool]) -> Iterator[Target]:
        """Yield which target to send which messages, both sides in each round, in random order.

        Args:
            given_up: Whether a side is left alone: the other has nothing to be compared with then.
        """
        for index in range(self._count):
            self._index = index
            messages = self._prompts[index % len(self._prompts)]
            self._samples = {}
            nonce = self._nonces.next(self.pair.model)
            order = [self.pair.a, self.pair.b]
            self._random.shuffle(order)
            for target in order:
                if given_up():
                    return
                if self.pair.same_url and target is order[-1]:
                    # A cache would have the answer to the other side's request.
                    nonce = self._nonces.next(self.pair.model)
                yield dataclasses.replace(target, messages=messages, nonce=nonce)

    def record(self, sample: Sample) -> None:
        """Record the sample of the last request; with a stale one its round counts for neither."""
        if sample.unmeasured:
            return
        if sample.ok and not sample.from_cache and sample.text is not None:
            self.lengths[sample.target].append(float(len(sample.text)))
        self._samples[sample.target] = sample
        if len(self._samples) == len(self.lengths):
            self._finish_round(self._samples[self.pair.a.id], self._samples[self.pair.b.id])

    def _finish_round(self, a: Sample, b: Sample) -> None:
        prompt = self._index % len(self._prompts)
        self.rounds.append(Round(prompt, outcome_of(a), outcome_of(b)))
        if self._keep_replies:
            messages = self._prompts[prompt]
            self.replies.append(Replies(self._index + 1, messages, _text_of(a), _text_of(b)))


def _text_of(sample: Sample) -> str:
    if sample.failure is not None:
        return f"[{sample.failure.error_class}: {sample.failure.message}]"
    return sample.text or "[no text]"
