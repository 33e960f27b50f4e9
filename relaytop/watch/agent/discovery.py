"""Finding the agent of this machine that watches the same."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

from relaytop.config.fingerprint import fingerprint
from relaytop.config.paths import agent_socket, runtime_folder

if TYPE_CHECKING:
    from relaytop.config.settings import Settings
    from relaytop.watch.agent.client import AgentClient

CONNECT_S = 0.5


def any_agent_socket() -> bool:
    """Return whether any agent left its socket; quick, for nothing is connected to."""
    return any(runtime_folder().glob("agent-*.sock"))


def agent_runs(settings: Settings) -> bool:
    """Return whether an agent that watches the same answers; nothing is asked of it."""
    path = agent_socket(fingerprint(settings))
    if not path.exists():
        return False
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as trial:
        trial.settimeout(CONNECT_S)
        try:
            trial.connect(str(path))
        except OSError:
            return False
    return True


def connect_agent(settings: Settings) -> AgentClient | None:
    """Return the agent that watches the same, with its history; None where there is none.

    Raises:
        AgentError: There is one, and what it says cannot be used.
    """
    from relaytop.watch.agent.client import AgentClient  # noqa: PLC0415 - rarely there is one

    return AgentClient.connect(agent_socket(fingerprint(settings)), settings)
