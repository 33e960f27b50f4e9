"""Recordings in place of probing, and in place of snapshots."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from relaytop.cli.options import given_probing_flags
from relaytop.config.errors import RelaytopError
from relaytop.jobs.stderr import notice, progress_line
from relaytop.store.recording import Recording, is_recording
from relaytop.store.recording_document import recording_document
from relaytop.store.snapshot import load_snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relaytop.cli.options import Options

recording_option = click.option(
    "--recording",
    type=click.Path(path_type=Path),
    help="Report on this recording instead of probing.",
)


def refuse_probing_flags(options: Options, *names: str, but: str = "") -> None:
    """Refuse flags about probing where a recording takes its place.

    Args:
        options: The common flags.
        names: The command's own parameters that say how to probe.
        but: The common one that has a meaning all the same.

    Raises:
        RelaytopError: One of them was given.
    """
    context = click.get_current_context()
    given = [
        parameter.opts[0]
        for parameter in context.command.params
        if parameter.name in names
        and context.get_parameter_source(parameter.name) is ParameterSource.COMMANDLINE
    ]
    given += given_probing_flags(options, but=(but,))
    if given:
        sentence = (
            f"{given[0]} cannot be used with --recording: nothing is probed, "
            "and the recording defines the targets"
        )
        raise RelaytopError(sentence)


@contextlib.contextmanager
def open_recording(path: Path) -> Iterator[Recording]:
    """Open a recording, show on a terminal how far it is read, and report broken lines.

    Raises:
        RelaytopError: It is not a recording.
    """
    with Recording(path) as recording:

        def progress() -> str:
            share = recording.share_read
            return f"reading {path.name}: {share:.0%}" if share < 1 else "comparing"

        with progress_line(progress):
            yield recording
        report_broken_lines(recording)


def report_broken_lines(recording: Recording) -> None:
    """Report on stderr how many lines could not be read, if any."""
    if recording.broken:
        lines = "line" if recording.broken == 1 else "lines"
        text = f"relaytop: {recording.path}: {recording.broken} broken {lines} skipped"
        notice(text)


def read_document(path: Path) -> dict[str, Any]:
    """Read a snapshot, or a recording as one whose window is all that was recorded.

    Raises:
        RelaytopError: It is neither.
    """
    if not is_recording(path):
        return load_snapshot(path)
    with open_recording(path) as recording:
        return recording_document(recording)
