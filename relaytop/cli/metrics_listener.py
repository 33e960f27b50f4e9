"""Where `/metrics` is served and who may read it, from the flags; open to others only on demand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from relaytop.config.errors import RelaytopError
from relaytop.export.address import listen, url_of
from relaytop.export.loopback import exposed_address
from relaytop.export.web.guard import Guard

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable
    from pathlib import Path

    from relaytop.export.address import Address
    from relaytop.monitor.event import Level


@dataclass(frozen=True, slots=True)
class MetricsListener:
    """A socket that listens, and the web config that protects it."""

    socket: socket.socket
    guard: Guard | None

    @property
    def url(self) -> str:
        """The URL of the metrics."""
        tls = self.guard is not None and self.guard.config.context is not None
        return f"{url_of(self.socket, 'https' if tls else 'http')}/metrics"

    def announce(self, note: Callable[[Level, str], None]) -> None:
        """Tell what is worth a warning now, and later what becomes of the web config.

        Args:
            note: Called with each line.
        """
        if self.guard is not None:
            self.guard.note = note
            for remark in self.guard.config.remarks:
                note("warning", remark)
        address = exposed_address(self.socket)
        gap = None if address is None else _gap(self.guard)
        if gap is not None:
            note("warning", f"anyone who can reach {address} can read {gap}")


def open_listener(
    address: Address, option: str, web_config: Path | None, *, insecure: bool
) -> MetricsListener:
    """Return a listener.

    Args:
        address: Where.
        option: The flag that named it, for the sentence.
        web_config: The file of `--web.config.file`.
        insecure: Whether others may read without one.

    Raises:
        RelaytopError: The address cannot be had, or is open to others; the file is bad.
    """
    guard = Guard(web_config) if web_config is not None else None
    listening = listen(address, option)
    if guard is None and not insecure and exposed_address(listening) is not None:
        listening.close()
        sentence = (
            f"{option} {address}: other hosts could read the metrics: protect them by "
            "--web.config.file FILE (TLS, passwords), or allow it by --insecure-listen"
        )
        raise RelaytopError(sentence)
    return MetricsListener(listening, guard)


def _gap(guard: Guard | None) -> str | None:
    """Return what others could read; None where nothing is left to say."""
    if guard is None:
        return "the metrics: no password, no TLS (--insecure-listen)"
    if guard.config.verifies_clients:
        return None
    if not guard.config.users:
        return "the metrics: the web config has neither basic_auth_users nor client certificates"
    if guard.config.context is None:
        return "the passwords on their way: the web config has no tls_server_config"
    return None
