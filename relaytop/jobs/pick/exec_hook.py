"""Telling another program of a new choice: one run at a time, also across processes."""

from __future__ import annotations

import asyncio
import fcntl
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class Command:
    """A shell command that is run when the choice changes.

    While it runs, or while another relaytop runs one for the same lock, a newer choice waits;
    only the newest is told then.

    Args:
        text: For `sh -c`.
        environ: What it gets besides the facts; no keys.
        lock: A file that stands for the right to run.
    """

    def __init__(self, text: str, environ: Mapping[str, str], lock: Path) -> None:
        self._text = text
        self._environ = environ
        self._lock = lock
        self._next: Mapping[str, str] | None = None
        self._task: asyncio.Task[None] | None = None
        self.returncode: int | None = None
        """Of the last run; None before the first has ended."""

    def tell(self, facts: Mapping[str, str]) -> None:
        """Run the command with these facts in its environment, soon."""
        self._next = facts
        if self._task is None or self._task.done():
            self._task = asyncio.ensure_future(self._run())

    async def finish(self) -> None:
        """Wait until what was told has been run."""
        if self._task is not None:
            await self._task

    async def _run(self) -> None:
        self._lock.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self._lock, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            await asyncio.to_thread(fcntl.flock, handle, fcntl.LOCK_EX)
            while self._next is not None:
                facts, self._next = self._next, None
                process = await asyncio.create_subprocess_exec(
                    "/bin/sh", "-c", self._text, env={**self._environ, **facts}
                )
                self.returncode = await process.wait()
        finally:
            os.close(handle)
