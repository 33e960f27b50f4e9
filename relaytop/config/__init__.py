"""TOML file, environment and flags become validated settings."""
