"""The one error that a user's mistake becomes."""

MAX_QUOTED = 100
"""Characters of a refused text that a sentence repeats."""


class RelaytopError(Exception):
    """A mistake of input with a sentence for the user: where it is and what would be right.

    The command line prints it on stderr and exits with code 2.
    """


class ConfigError(RelaytopError):
    """A setting that is missing, malformed or contradictory."""
