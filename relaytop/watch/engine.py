"""The protocol that whatever reports probes follows: an engine, an agent, a recording."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from relaytop.config.settings import Settings
    from relaytop.protocol.messages import Command, Report


class Engine(Protocol):
    """An engine as a watch needs it: a process, an agent, or a recording that is played."""

    poll_interval_s: float
    """Seconds between two reads of reports; may be changed while it runs."""

    @property
    def accepts_commands(self) -> bool:
        """Whether it obeys commands: what others run, or what is past, is only looked at."""
        ...

    @property
    def returncode(self) -> int | None:
        """The exit code; None while it runs."""
        ...

    def start(self, settings: Settings) -> None:
        """Begin to probe."""
        ...

    def send(self, command: Command) -> bool:
        """Send a command; False where no engine takes it."""
        ...

    def reports(self) -> AsyncIterator[list[Report]]:
        """Yield batches of reports; ends when the engine dies."""
        ...

    def unread(self) -> list[Report]:
        """Return what was reported and not read yet, without waiting; also once it is ended."""
        ...

    def exit_reason(self) -> str:
        """Return why it died; empty where it did not say."""
        ...

    def stop(self) -> None:
        """End it."""
        ...
