"""Snapshots and recordings on disk."""
