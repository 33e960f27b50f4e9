"""Conformance of a relay: requests that ask for a feature, and whether the reply has it."""
