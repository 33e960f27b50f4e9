"""The nonce before a probe's prompt, so that no cache on the way has an answer to it.

Caches of relays and CDNs are keyed by the request: of the same body each time, all but the first
would be answered by the cache, however the model fares.
"""

from __future__ import annotations

from random import randrange
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
"""Base 32 of RFC 4648."""
LENGTH = 4
COUNT = len(ALPHABET) ** LENGTH
"""Nonces before one comes again: those of sixty days at the default interval of five seconds."""


class NonceSequence:
    """The nonces of some targets, each of which has its own start and step.

    The step is odd, so it passes all of them before one comes again. It is random as the start is:
    two processes that probe one target meet by chance now and then, but never does one go on
    sending what the other has sent before.

    Args:
        randrange: Returns a random integer from 0 to below its argument.
    """

    def __init__(self, randrange: Callable[[int], int] = randrange) -> None:
        self._randrange = randrange
        self._positions: dict[str, tuple[int, int]] = {}
        """Target → (the next number, the step)."""

    def next(self, target_id: str) -> str:
        """Return a target's next nonce: four characters."""
        if target_id not in self._positions:
            self._positions[target_id] = self._randrange(COUNT), 2 * self._randrange(COUNT // 2) + 1
        number, step = self._positions[target_id]
        self._positions[target_id] = (number + step) % COUNT, step
        return encode(number)


def encode(number: int) -> str:
    """Return a number below `COUNT` as four base-32 characters."""
    base = len(ALPHABET)
    return "".join(ALPHABET[number // base**place % base] for place in reversed(range(LENGTH)))


def with_nonce(messages: Sequence[tuple[str, str]], nonce: str) -> tuple[tuple[str, str], ...]:
    """Return messages, of which the first that has a text begins with the nonce.

    Args:
        messages: As (role, content).
        nonce: The nonce.
    """
    place = next((place for place, (_role, text) in enumerate(messages) if text), 0)
    return tuple(
        (role, f"{nonce} {text}" if place == index else text)
        for index, (role, text) in enumerate(messages)
    )
