"""The same requests to two providers, interleaved."""

from __future__ import annotations

import asyncio
import dataclasses
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, ClassVar

from relaytop.jobs.cost_bound import cost_bound
from relaytop.jobs.job import Job, Plan
from relaytop.jobs.shadow.document import comparison_document, comparison_facts, length_document
from relaytop.jobs.shadow.interleave import InterleavedPair
from relaytop.jobs.shadow.replies import save_replies
from relaytop.jobs.stderr import notice
from relaytop.wire.nonce import NonceSequence

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from relaytop.config.settings import Settings
    from relaytop.jobs.cost_bound import CostBound
    from relaytop.jobs.shadow.pairs import Pair
    from relaytop.jobs.shadow.prompts import Messages
    from relaytop.probe.sample import Sample


@dataclasses.dataclass(frozen=True)
class ShadowPlan(Plan):
    """The requests of a shadow run."""

    pairs: tuple[Pair, ...]
    prompts: Sequence[Messages]
    """In turn; at least one."""
    seed: int = 0
    """Decides the order of the sides, and what is drawn for the intervals."""
    replies_folder: Path | None = None
    """The folder in which the replies' texts are saved; None: they are not."""

    requests: ClassVar[str] = "requests to"

    def cost_bound(self, settings: Settings) -> CostBound:
        """Return the most that it can cost at the settings' targets, those of the pairs."""
        return cost_bound(settings, self.count, self.prompts)


class Shadow(Job[ShadowPlan]):
    """A run: every model by itself, its two sides in turn, so that drift hits both alike."""

    kind = "shadow"
    include_text = True

    @cached_property
    def pairs(self) -> list[InterleavedPair]:
        """The plan's pairs, each with what its requests found so far."""
        plan = self.plan
        # Not by the seed: with its nonces a second run would ask what caches know from the first.
        nonces = NonceSequence()
        return [
            InterleavedPair(
                pair,
                plan.prompts,
                plan.count,
                plan.seed,
                nonces=nonces,
                keep_replies=plan.replies_folder is not None,
            )
            for pair in plan.pairs
        ]

    async def _send(self) -> None:
        await asyncio.gather(
            *(
                self._runner.send_in_sequence(each.requests(partial(self._given_up, each)), slot)
                for slot, each in enumerate(self.pairs)
            )
        )

    def _given_up(self, pair: InterleavedPair) -> bool:
        return not self.given_up.keys().isdisjoint(pair.lengths)

    def _record(self, sample: Sample) -> None:
        super()._record(sample)
        next(each for each in self.pairs if sample.target in each.lengths).record(sample)

    def progress(self) -> dict[str, str]:
        """Return model → how many rounds are finished."""
        return {each.pair.model: f"{len(each.rounds)}/{self.plan.count}" for each in self.pairs}

    def document(self, now: float, host: str) -> dict[str, Any]:
        """Return the snapshot of the whole run, with a comparison for each model.

        Drawing the intervals takes a tenth of a second a model.
        """
        document = super().document(now, host)
        lengths = {name: found for each in self.pairs for name, found in each.lengths.items()}
        for target in document["targets"]:
            target["reply_characters"] = length_document(lengths[target["target"]])
        document |= comparison_facts(self.plan.seed)
        document["comparisons"] = [
            comparison_document(each.pair, each.rounds, self.plan.seed, len(self.pairs))
            for each in self.pairs
        ]
        return document

    def save_more(self) -> bool:
        """Save the replies where the plan says, and tell so; False where one could not be."""
        folder = self.plan.replies_folder
        if folder is None:
            return True
        try:
            count = sum(save_replies(each, folder) for each in self.pairs)
        except OSError as error:
            notice(f"relaytop: replies not saved in {folder}: {error.strerror}")
            return False
        notice(f"replies saved: {count} files in {folder}")
        return True
