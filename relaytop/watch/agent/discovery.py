"""The agent that runs on this machine and watches the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.config.paths import agent_socket, runtime_folder

if TYPE_CHECKING:
    from relaytop.config.settings import Settings
    from relaytop.watch.agent.client import AgentClient


def may_run() -> bool:
    """Whether any agent left its name; quick, for nothing is asked."""
    return any(runtime_folder().glob("agent-*.sock"))


def agent_of(settings: Settings) -> AgentClient | None:
    """Return the agent that watches the same, and what it knows; None where there is none."""
    from relaytop.config.fingerprint import fingerprint  # noqa: PLC0415 - only where one may be
    from relaytop.watch.agent.client import AgentClient  # noqa: PLC0415

    return AgentClient.connect(agent_socket(fingerprint(settings)))
