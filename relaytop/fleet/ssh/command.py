"""The command line of ssh. Nothing that a user writes is an option or a shell's word in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from relaytop.config.host_names import checked_host, checked_program

if TYPE_CHECKING:
    from collections.abc import Sequence

CONNECT_S = 10
ALIVE_S = 5
"""Seconds between two questions of ssh whether the other side is there; three are not answered."""
_OPTIONS = (
    "BatchMode=yes",
    f"ConnectTimeout={CONNECT_S}",
    f"ServerAliveInterval={ALIVE_S}",
    "ServerAliveCountMax=3",
    # What a user's config has for people who log in there.
    "RemoteCommand=none",
    "ClearAllForwardings=yes",
    "ForwardAgent=no",
    "ForwardX11=no",
    "PermitLocalCommand=no",
    # Why it fails is told at this level; a server's banner is not.
    "LogLevel=ERROR",
)


@dataclass(frozen=True, slots=True)
class SshOptions:
    """What the user may choose of the connection."""

    program: str = "relaytop"
    """The path of relaytop on the hosts."""
    config_file: str | None = None
    """ssh's own config file; None: the user's."""


def ssh_command(host: str, options: SshOptions) -> Sequence[str]:
    """Return the command that runs `relaytop agent --stdio` on a host.

    Raises:
        ValueError: The host or the program's path could be taken for something else.
    """
    config = () if options.config_file is None else ("-F", options.config_file)
    given = [part for option in _OPTIONS for part in ("-o", option)]
    program = checked_program(options.program)
    return ("ssh", "-T", *config, *given, "--", checked_host(host), f"{program} agent --stdio")
