"""The one error that a user's mistake becomes."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from relaytop.config.masking import mask_secrets
from relaytop.config.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_QUOTED = 100
"""Characters of a refused text that a sentence repeats."""


class RelaytopError(Exception):
    """A mistake of input with a sentence for the user: where it is and what would be right.

    The command line prints it on stderr and exits with code 2.

    Args:
        sentence: What looks like a secret in it is masked, what cannot be printed is escaped.
    """

    def __init__(self, sentence: str = "") -> None:
        super().__init__(printable(mask_secrets(sentence), keep="\n"))


class ConfigError(RelaytopError):
    """Settings that are missing, malformed or contradictory.

    Args:
        sentences: One on each.
    """

    def __init__(self, *sentences: str) -> None:
        super().__init__("\n".join(sentences))
        self.sentences = sentences


MAX_SENTENCES = 20
"""Mistakes that one error tells."""


def config_errors(sentences: Iterable[str]) -> ConfigError:
    """Return one error of several mistakes, each on a line of its own."""
    # No more are asked for than are told: to find the place of each takes time.
    shown = list(dict.fromkeys(map(printable, islice(sentences, MAX_SENTENCES + 1))))
    if len(shown) > MAX_SENTENCES:
        shown[MAX_SENTENCES:] = ["and more"]
    return ConfigError(*shown)


def all_errors(errors: Iterable[ConfigError]) -> ConfigError:
    """Return one error of several, each of which may tell several mistakes."""
    return config_errors(sentence for error in errors for sentence in error.sentences)
