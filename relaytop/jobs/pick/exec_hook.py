"""Another program that is run when the choice changes: one run at a time, across processes too."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import signal
from typing import TYPE_CHECKING

from relaytop.config.safe_files import make_private_folder

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from relaytop.config.settings import Settings
    from relaytop.jobs.pick.ranking import Candidate


def choice_variables(settings: Settings, chosen: Candidate | None) -> dict[str, str]:
    """Return the environment variables that describe a choice; what is not known is empty.

    Args:
        settings: The providers; those of a recording have no address and no wire API.
        chosen: None where nobody is healthy.
    """
    summary = chosen.summary if chosen is not None else None
    provider = settings.provider(summary.provider) if summary else None
    return {
        "RELAYTOP_TARGET": summary.target if summary else "",
        "RELAYTOP_PROVIDER": summary.provider if summary else "",
        "RELAYTOP_MODEL": summary.model if summary else "",
        "RELAYTOP_BASE_URL": provider.base_url if provider else "",
        "RELAYTOP_API": provider.api if provider and provider.base_url else "",
    }


class ExecHook:
    """A shell command that is run when the choice changes.

    While it runs, or while another relaytop runs one for the same lock, a newer choice waits;
    only the newest runs it then.

    Args:
        command: For `sh -c`.
        environ: What it gets besides the choice's variables; no keys.
        lock: A file that stands for the right to run.
    """

    def __init__(self, command: str, environ: Mapping[str, str], lock: Path) -> None:
        self._command = command
        self._environ = environ
        self._lock = lock
        self._next: Mapping[str, str] | None = None
        self._task: asyncio.Task[None] | None = None
        self.returncode: int | None = None
        """Of the last run; None before the first has ended."""

    def schedule(self, variables: Mapping[str, str]) -> None:
        """Run the command with these variables in its environment, soon."""
        self._next = variables
        if self._task is None or self._task.done():
            self._task = asyncio.ensure_future(self._run())

    async def finish(self) -> None:
        """Wait until what was scheduled has been run."""
        if self._task is not None:
            await self._task

    async def _run(self) -> None:
        make_private_folder(self._lock.parent)
        handle = os.open(self._lock, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            await asyncio.to_thread(fcntl.flock, handle, fcntl.LOCK_EX)
            while self._next is not None:
                variables, self._next = self._next, None
                self.returncode = await self._run_once({**self._environ, **variables})
        finally:
            os.close(handle)

    async def _run_once(self, environ: Mapping[str, str]) -> int:
        """Run the command in a process group of its own, which ends with it or with us."""
        process = await asyncio.create_subprocess_exec(
            "/bin/sh", "-c", self._command, env=environ, process_group=0
        )
        try:
            return await process.wait()
        finally:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
