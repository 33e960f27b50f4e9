"""What a job leaves behind: its snapshot, and what it has to say of how it ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from relaytop.config.paths import snapshots_folder
from relaytop.store.snapshot import save_snapshot

if TYPE_CHECKING:
    from collections.abc import Mapping


def keep_snapshot(document: dict[str, Any]) -> bool:
    """Save a snapshot unasked and say where; whether it could be."""
    folder = snapshots_folder()
    try:
        path = save_snapshot(document, folder)
    except OSError as error:
        text = f"relaytop: the snapshot is not saved in {folder}: {error.strerror}"
        click.echo(text, err=True)
        return False
    click.echo(f"snapshot saved: {path}", err=True)
    return True


def endings(stopped: str | None, given_up: Mapping[str, str], *, interrupted: bool) -> list[str]:
    """Return what a report's reader must know of how the job ended, in lines.

    Args:
        stopped: Why it stopped before its end; None where it did not.
        given_up: Target → the error class for which it was left alone.
        interrupted: Whether a signal ended it.
    """
    found = []
    if interrupted:
        found.append("interrupted: the report covers what there was until then")
    if stopped is not None:
        found.append(f"stopped early: {stopped}")
    found += [
        f"{target}: left alone after five times {error_class} in a row"
        for target, error_class in given_up.items()
    ]
    return found
