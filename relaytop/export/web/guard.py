"""The web config in force: read again when a file of it changes, asked at every request."""

from __future__ import annotations

import time
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from relaytop.config.errors import RelaytopError
from relaytop.export.answer import Answer, refusal
from relaytop.export.web.file import WebConfig, read_web_config, require_web
from relaytop.export.web.passwords import Passwords
from relaytop.export.web.tls import has_allowed_name
from relaytop.export.web.token_bucket import TokenBucket

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from relaytop.monitor.event import Level

RETRY_S = 1.0
"""A file that is broken is tried again after this, though it looks unchanged."""
_ASK = (("WWW-Authenticate", 'Basic realm="relaytop"'),)


class Guard:
    """Decides who may read.

    Args:
        path: The file.
        clock: Seconds that only grow.

    Raises:
        RelaytopError: The file is bad, or the libraries for it are missing.
    """

    def __init__(self, path: Path, clock: Callable[[], float] = time.monotonic) -> None:
        require_web()
        self._path = path
        self._clock = clock
        self.note: Callable[[Level, str], None] = lambda _level, _text: None
        """Called with what is worth a line in the log."""
        self._passwords = Passwords(clock)
        self._error: str | None = None
        self._tried_at = clock()
        self._limit: TokenBucket | None = None
        self._seen: tuple[tuple[int, int, int] | None, ...] = ()
        self._config = read_web_config(path)
        self._take(self._config)

    @property
    def config(self) -> WebConfig:
        """What holds now; a changed file is read, and where it is bad the old one stays."""
        seen = _look([self._path, *self._config.files])
        retry = self._error is not None and self._clock() - self._tried_at >= RETRY_S
        if seen != self._seen or retry:
            self._tried_at = self._clock()
            self._seen = seen
            self._read()
        return self._config

    def context(self) -> ssl.SSLContext | None:
        """Return the TLS for a new connection; None: plain HTTP."""
        return self.config.context

    def admits(self, certificate: Mapping[str, Any] | None) -> bool:
        """Return whether a client with this certificate may ask at all."""
        allowed = self._config.allowed_names
        return not allowed or has_allowed_name(certificate or {}, allowed)

    def headers(self) -> tuple[tuple[str, str], ...]:
        """Return the headers of every reply."""
        return self._config.headers

    async def refuse(self, authorization: str | None, client: str) -> Answer | None:
        """Return the reply to a request that is not let in; None where it is.

        Args:
            authorization: The header of that name.
            client: The address that asks.
        """
        if self._limit is not None and not self._limit.take():
            return refusal(HTTPStatus.TOO_MANY_REQUESTS)
        users = self.config.users
        if not users:
            return None
        verdict = await self._passwords.check(users, authorization, client)
        if verdict == "right":
            return None
        if verdict == "too many":
            return refusal(HTTPStatus.TOO_MANY_REQUESTS, (("Retry-After", "1"),))
        return refusal(HTTPStatus.UNAUTHORIZED, _ASK)

    def _read(self) -> None:
        try:
            found = read_web_config(self._path)
        except RelaytopError as error:
            if str(error) != self._error:
                self._error = str(error)
                self.note("error", f"the old web config stays: {error}")
            return
        self._error = None
        self._config = found
        self._take(found)
        self.note("info", f"{self._path}: read again")

    def _take(self, config: WebConfig) -> None:
        self._seen = _look([self._path, *config.files])
        limit = config.rate_limit
        self._limit = (
            TokenBucket(limit.interval, limit.burst, self._clock) if limit.interval > 0 else None
        )


def _look(paths: list[Path]) -> tuple[tuple[int, int, int] | None, ...]:
    """Return what changes when a file does; None for one that is not there."""
    return tuple(_look_at(path) for path in paths)


def _look_at(path: Path) -> tuple[int, int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return (status.st_mtime_ns, status.st_size, status.st_ino)
