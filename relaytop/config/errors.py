"""The one error that a user's mistake becomes."""

from __future__ import annotations

from relaytop.config.masking import mask_secrets

MAX_QUOTED = 100
"""Characters of a refused text that a sentence repeats."""


class RelaytopError(Exception):
    """A mistake of input with a sentence for the user: where it is and what would be right.

    The command line prints it on stderr and exits with code 2.

    Args:
        sentence: What looks like a secret in it is masked.
    """

    def __init__(self, sentence: str = "") -> None:
        super().__init__(mask_secrets(sentence))


class ConfigError(RelaytopError):
    """A setting that is missing, malformed or contradictory."""
