"""Finding the agent of this machine that watches the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.config.fingerprint import fingerprint
from relaytop.config.paths import agent_socket, runtime_folder

if TYPE_CHECKING:
    from relaytop.config.settings import Settings
    from relaytop.watch.agent.client import AgentClient


def any_agent_socket() -> bool:
    """Return whether any agent left its socket; quick, for nothing is connected to."""
    return any(runtime_folder().glob("agent-*.sock"))


def connect_agent(settings: Settings) -> AgentClient | None:
    """Return the agent that watches the same, with its history; None where there is none.

    Raises:
        AgentError: There is one, and what it says cannot be used.
    """
    from relaytop.watch.agent.client import AgentClient  # noqa: PLC0415 - rarely there is one

    return AgentClient.connect(agent_socket(fingerprint(settings)), settings)
