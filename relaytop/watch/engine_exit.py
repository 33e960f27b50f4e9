"""The end of an engine's process, in words."""

from __future__ import annotations

import signal

_OUT_OF_MEMORY = "; out of memory?"
"""The kernel's usual reason for a SIGKILL that no user sent."""


def exit_reason(returncode: int | None) -> str:
    """Return why a process ended that did not say so itself, by its exit code."""
    if returncode is None or returncode >= 0:
        return f"exit code {returncode}"
    try:
        name = signal.Signals(-returncode).name
    except ValueError:
        return f"signal {-returncode}"
    return name + (_OUT_OF_MEMORY if -returncode == signal.SIGKILL else "")


def exit_phrase(reason: str) -> str:
    """Return `killed (…)` of a signal, else `died (…)`."""
    return f"{'killed' if reason.startswith('SIG') else 'died'} ({reason})"
