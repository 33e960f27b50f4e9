"""The error that says why an agent cannot be read."""


class AgentError(Exception):
    """An agent that cannot be read, in a sentence."""
