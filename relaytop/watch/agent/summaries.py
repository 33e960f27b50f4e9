"""The summaries of an agent that runs on this machine, for a command that need not probe then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.monitor.monitor import Monitor
from relaytop.watch.agent.agent_error import AgentError
from relaytop.watch.agent.discovery import any_agent_socket, connect_agent

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from relaytop.config.settings import Settings
    from relaytop.monitor.summary import Summary


def agent_summaries(
    settings: Settings, warn: Callable[[str], None], targets: Sequence[str], now: float
) -> tuple[int, Sequence[Summary]] | None:
    """Return (process id, summaries of some targets) of the agent that watches the same.

    Args:
        settings: All that is watched, as the config has it.
        warn: Is told why an agent that runs cannot be read.
        targets: The targets that are wanted.
        now: Unix seconds.

    Returns:
        None where no agent runs, or it has no sample yet of one of the targets.
    """
    try:
        attached = connect_agent(settings) if any_agent_socket() else None
    except AgentError as error:
        warn(f"{error}; probing instead")
        return None
    if attached is None:
        return None
    monitor = Monitor(settings, now)
    attached.restore(monitor, now)
    attached.stop()
    if not set(targets) <= set(monitor.targets()):
        return None
    summaries = [monitor.summary(name, now) for name in targets]
    if not all(summary.requests for summary in summaries):
        return None
    return attached.pid, summaries
