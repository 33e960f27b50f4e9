"""Hosts of a fleet, each with a home of its own, behind an `ssh` that runs commands here."""

from __future__ import annotations

import os
import shlex
import sys
from typing import TYPE_CHECKING

from tests.support.launch import RELAYTOP
from tests.watch.agent.config_file import KEY, write

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.server import ScriptedServer

SSH = """#!/bin/sh
# An ssh that runs the command here, as the host's user would; what a host is like is in its home.
while [ "$1" != -- ]; do shift; done
host=$2; shift 2
home={folder}/$host
[ -d "$home" ] || {{ echo "ssh: Could not resolve hostname $host: Name or service not known" >&2
    exit 255; }}
[ -e "$home/greeting" ] && cat "$home/greeting"
[ -e "$home/refused" ] && {{ cat "$home/refused" >&2; exit 255; }}
exec "$home/run" "$@"
"""
RUN = """#!/bin/sh
# What sshd does: the user's shell runs the command in the host's environment.
exec env -i PATH={home}/bin:/usr/bin:/bin LC_ALL=C.UTF-8 HOME={home} XDG_CONFIG_HOME={home}/config \
    XDG_DATA_HOME={home}/data XDG_RUNTIME_DIR={home}/run-{name} A_KEY={key} sh -c "$*"
"""


class Hosts:
    """Makes hosts below a folder.

    Args:
        folder: Of a short name, since sockets are in it.
        server: The relay that all of them probe.
    """

    def __init__(self, folder: Path, server: ScriptedServer) -> None:
        self._folder = folder
        self._server = server
        self.bin = folder / "bin"
        self.bin.mkdir()
        _write_program(self.bin / "ssh", SSH.format(folder=folder))

    def add(self, name: str, *models: str, more: str = "") -> Path:
        """Make a host that has relaytop and a config; return its home."""
        home = self._folder / name
        (home / "config" / "relaytop").mkdir(parents=True)
        (home / "bin").mkdir()
        self.configure(name, *(models or ("m",)), more=more)
        _write_program(home / "run", RUN.format(home=home, name=name, key=KEY))
        program = f'#!/bin/sh\nexec {shlex.join((sys.executable, *RELAYTOP[1:]))} "$@"\n'
        _write_program(home / "bin" / "relaytop", program)
        return home

    def configure(self, name: str, *models: str, more: str = "") -> None:
        """Write a host's config."""
        path = self._folder / name / "config" / "relaytop" / "config.toml"
        write(path, self._server, *models, more=more)

    def home(self, name: str) -> Path:
        return self._folder / name

    def environ(self, name: str) -> dict[str, str]:
        """The environment of a process on a host, for an agent that runs there."""
        home = self._folder / name
        return {
            "PATH": os.environ["PATH"],
            "LC_ALL": "C.UTF-8",
            "HOME": str(home),
            "XDG_CONFIG_HOME": str(home / "config"),
            "XDG_DATA_HOME": str(home / "data"),
            "XDG_RUNTIME_DIR": str(home / f"run-{name}"),
            "A_KEY": KEY,
        }

    @property
    def path(self) -> str:
        """The PATH in which this ssh is found first."""
        return f"{self.bin}:{os.environ['PATH']}"


def _write_program(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)
