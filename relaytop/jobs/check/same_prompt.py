"""One model at several providers, sent the same prompt, so that their token counts compare."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.jobs.check.findings import Finding, Subject
from relaytop.jobs.token_counts import token_remark

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from relaytop.config.settings import Settings, Target
    from relaytop.wire.nonce import NonceSequence

REMEDY = "compare the bills for a prompt of known length; this is evidence, not proof"


class SamePrompt:
    """The targets that serve one model at different providers, and the nonces that they share.

    Targets at one base URL share none: one would be answered from the other's entry in a cache.

    Args:
        settings: The targets, their providers and the aliases.
        nonces: A new one for each kind of request and group.
    """

    def __init__(self, settings: Settings, nonces: NonceSequence) -> None:
        self._groups = list(_groups(settings))
        self._nonces = {
            (target.id, stream): nonce
            for group in self._groups
            for stream in (False, True)
            for nonce in (nonces.next(group[0].model),)
            for target in group
        }

    def nonce(self, target: Target, *, stream: bool) -> str:
        """Return the nonce of a target's request; empty where it shares none."""
        return self._nonces.get((target.id, stream), "")

    def findings(self, input_tokens: Mapping[str, int]) -> list[Finding]:
        """Return where providers count the same prompt too differently.

        Args:
            input_tokens: Target → input tokens of its reply, where it counts them.
        """
        found = []
        for group in self._groups:
            counts = {t.id: input_tokens[t.id] for t in group if t.id in input_tokens}
            remark = token_remark(counts)
            if remark is not None:
                most = max(group, key=lambda target: counts.get(target.id, 0))
                found.append(Subject.of(most).warn("tokens", remark, REMEDY))
        return found


def _groups(settings: Settings) -> Iterator[list[Target]]:
    """Yield targets of one model that are sent the same, each at a base URL of its own."""
    names = {name: alias for alias, ids in settings.aliases.items() for name in ids}
    found: dict[tuple[object, ...], dict[str, Target]] = {}
    for target in settings.targets:
        model = names.get(target.id, target.model)
        group = found.setdefault((model, target.request_messages, target.unique), {})
        group.setdefault(settings.provider(target.provider).base_url, target)
    yield from (list(group.values()) for group in found.values() if len(group) > 1)
