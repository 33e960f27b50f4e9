"""Recordings in place of probing, and in place of snapshots."""

from __future__ import annotations

import contextlib
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from relaytop.cli.progress import PATIENCE_S, STEP_S, erased
from relaytop.config.errors import RelaytopError
from relaytop.store.recording import Recording, is_recording
from relaytop.store.recording_document import recording_document
from relaytop.store.snapshot import load_snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relaytop.cli.options import Options

_COMMON = {
    "config": "--config",
    "base_url": "--base-url",
    "models": "--model",
    "api_key_env": "--api-key-env",
    "api": "--api",
    "name": "--name",
    "interval_s": "--interval",
    "timeout_s": "--timeout",
    "window": "--window",
    "budget_usd": "--budget",
}
"""The common flags that say what to probe, and how."""

recording_option = click.option(
    "--recording",
    type=click.Path(path_type=Path),
    help="Probe nothing: report what this recording holds.",
)


def refuse_probing_flags(options: Options, *names: str, but: str = "") -> None:
    """Refuse what was said of probing where a recording takes its place.

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
    values = {"config": options.config} | {
        name: getattr(options.flags, name) for name in _COMMON if name != "config"
    }
    given += [
        flag for name, flag in _COMMON.items() if name != but and values[name] not in (None, ())
    ]
    if given:
        sentence = (
            f"{given[0]} makes no sense with --recording: nothing is probed, "
            "and the recording tells what was watched"
        )
        raise RelaytopError(sentence)


@contextlib.contextmanager
def opened(path: Path) -> Iterator[Recording]:
    """Open a recording, show on a terminal how far it is read, and tell what could not be.

    Raises:
        RelaytopError: It is no recording.
    """
    with Recording(path) as recording:
        with _progress(recording):
            yield recording
        tell_broken(recording)


def tell_broken(recording: Recording) -> None:
    """Say on stderr how many lines could not be read, if any."""
    if recording.broken:
        lines = "line" if recording.broken == 1 else "lines"
        text = f"relaytop: {recording.path}: {recording.broken} broken {lines} skipped"
        click.echo(text, err=True)


def read_document(path: Path) -> dict[str, Any]:
    """Read a snapshot, or a recording as one whose window is all that was recorded.

    Raises:
        RelaytopError: It is neither.
    """
    if not is_recording(path):
        return load_snapshot(path)
    with opened(path) as recording:
        return recording_document(recording)


@contextlib.contextmanager
def _progress(recording: Recording) -> Iterator[None]:
    """Show how far a recording is read; on a thread, so that ^C ends the reading at once."""
    if not sys.stderr.isatty():
        yield
        return
    done = threading.Event()

    def show() -> None:
        if done.wait(PATIENCE_S):
            return
        while True:
            share = recording.share_read
            text = f"reading {recording.path.name}: {share:.0%}" if share < 1 else "comparing"
            erased(sys.stderr, text)
            if done.wait(STEP_S):
                break
        erased(sys.stderr)

    thread = threading.Thread(target=show, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
