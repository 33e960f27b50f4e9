"""The commands that hold: another engine is brought to the state of the one before it by them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.protocol.messages import Add, Pause, Resume, Scale, SetBudget

if TYPE_CHECKING:
    from relaytop.config.settings import Target
    from relaytop.protocol.messages import Command


class CommandState:
    """Remembers of an engine's commands those that a new engine must be given."""

    def __init__(self) -> None:
        self._added: dict[str, Target] = {}
        self._scale: Scale | None = None
        self._budget: SetBudget | None = None
        self._off: dict[str | None, Pause] = {}
        """What is paused: one target, or all where None."""

    def record(self, command: Command) -> None:
        """Note a command."""
        match command:
            case Add(targets):
                self._added |= {target.id: target for target in targets}
            case Scale():
                self._scale = command
            case SetBudget():
                self._budget = command
            case Pause(target):
                self._off[target] = command
            case Resume(target):
                self._off.pop(target, None)
            case _:
                return

    def in_force(self) -> list[Command]:
        """Return the commands that hold, in the order in which they are to be given."""
        added = [Add(tuple(self._added.values()))] if self._added else []
        held = [command for command in (self._scale, self._budget) if command is not None]
        return [*added, *held, *self._off.values()]
