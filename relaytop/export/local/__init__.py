"""A running agent and those who read it on the same machine: a Unix socket of its user's."""
