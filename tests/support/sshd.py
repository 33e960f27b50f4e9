"""A real sshd on loopback, with keys made for the test and an ssh config that knows them."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Self

import psutil
import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SSHD, SEPARATION = Path("/usr/sbin/sshd"), Path("/run/sshd")
needs_sshd = pytest.mark.skipif(
    not SSHD.exists() or shutil.which("ssh") is None,
    reason="no sshd is installed here",
)
WAIT_S = 10.0


class Sshd:
    """Runs sshd; use it as a context manager.

    Args:
        folder: Where its keys and configs are kept.
        hosts: The names of the hosts.
    """

    def __init__(self, folder: Path, hosts: Sequence[str]) -> None:
        self._folder = folder
        self.config_file = folder / "ssh_config"
        """For ssh: each host is this sshd, at a port of its own."""
        self._ports = {name: _free_port() for name in hosts}
        for name in ("host_key", "other_host_key", "user_key", "unknown_key"):
            subprocess.run(
                ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name], check=True
            )
        (folder / "authorized_keys").write_text((folder / "user_key.pub").read_text())
        self.know_host_by("host_key")
        self.log_in_with("user_key")
        self._process: subprocess.Popen[bytes] | None = None

    def know_host_by(self, key: str) -> None:
        """Let ssh know the hosts by the key of a name."""
        public = (self._folder / f"{key}.pub").read_text()
        known = [f"[127.0.0.1]:{port} {public}" for port in self._ports.values()]
        (self._folder / "known_hosts").write_text("".join(known))

    def log_in_with(self, key: str) -> None:
        """Let ssh log in with the key of a name."""
        written = [
            f"Host {name}\n  HostName 127.0.0.1\n  Port {port}\n  User {getpass.getuser()}\n"
            f"  IdentityFile {self._folder / key}\n  IdentitiesOnly yes\n  IdentityAgent none\n"
            f"  UserKnownHostsFile {self._folder / 'known_hosts'}\n"
            "  GlobalKnownHostsFile /dev/null\n  LocalForward 127.0.0.1:1 127.0.0.1:1\n"
            "  RemoteCommand echo not this\n"
            for name, port in self._ports.items()
        ]
        self.config_file.write_text("".join(written))

    def __enter__(self) -> Self:
        config = self._folder / "sshd_config"
        config.write_text(
            "ListenAddress 127.0.0.1\nStrictModes no\nUsePAM no\nPidFile none\n"
            "PasswordAuthentication no\nKbdInteractiveAuthentication no\n"
            f"AuthorizedKeysFile {self._folder / 'authorized_keys'}\n"
            + "".join(f"Port {port}\n" for port in self._ports.values())
        )
        if os.getuid() == 0:
            SEPARATION.mkdir(mode=0o755, exist_ok=True)  # as its service does at the start
        with (self._folder / "sshd.log").open("wb") as log:
            key = str(self._folder / "host_key")
            command = [str(SSHD), "-D", "-e", "-f", str(config), "-h", key]
            self._process = subprocess.Popen(command, stderr=log)
        deadline = time.monotonic() + WAIT_S
        while not all(map(_answers, self._ports.values())):
            assert self._process.poll() is None, (self._folder / "sshd.log").read_text()
            assert time.monotonic() < deadline
            time.sleep(0.05)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """End it, and with it all that is logged in."""
        if self._process is None:
            return
        for process in psutil.Process(self._process.pid).children(recursive=True):
            if process.name() == "sshd":
                process.terminate()
        self._process.terminate()
        self._process.wait()
        self._process = None

    @property
    def ports(self) -> Mapping[str, int]:
        """Name of a host → its port."""
        return self._ports


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def _answers(port: int) -> bool:
    with socket.socket() as trial:
        return trial.connect_ex(("127.0.0.1", port)) == 0
