"""Agents of other machines, read over ssh: their rows, merged into one engine."""
