"""Passwords against bcrypt hashes: off the event loop, once each, and few wrong ones."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hmac
import secrets
from collections import OrderedDict
from typing import TYPE_CHECKING, Literal

from relaytop.export.web.token_bucket import TokenBucket

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MAX_VERIFIED = 100
MAX_CLIENTS = 1000
MAX_WAITING = 8
BURST = 10
INTERVAL_S = 1.0
"""A client may try ten passwords at once, then one each second."""
Verdict = Literal["right", "wrong", "too many"]


class Passwords:
    """Checks the header `Authorization` of requests.

    A hash takes from milliseconds to seconds, which is its purpose: what was right is remembered
    (as a keyed digest, never as it is), so that a scrape costs nothing.

    Args:
        clock: Seconds that only grow.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._key = secrets.token_bytes(32)
        self._verified: OrderedDict[bytes, None] = OrderedDict()
        self._clients: OrderedDict[str, TokenBucket] = OrderedDict()
        self._one = asyncio.Lock()
        self._waiting = 0

    async def check(self, users: Mapping[str, str], header: str | None, client: str) -> Verdict:
        """Return what a request's credentials are worth.

        Args:
            users: Name → bcrypt hash, at least one.
            header: The header `Authorization`.
            client: The address that asks.
        """
        found = _credentials(header)
        if found is None:
            return "wrong"
        user, password = found
        # An unknown name takes as long as a wrong password, or names could be found out.
        hashed = users.get(user) or next(iter(users.values()))
        digest = self._digest(user, hashed, password)
        if digest in self._verified:
            return "right"
        if self._waiting >= MAX_WAITING or not self._bucket(client).take():
            return "too many"
        self._waiting += 1
        try:
            async with self._one:
                right = await asyncio.to_thread(_matches, password, hashed)
        finally:
            self._waiting -= 1
        if not right or user not in users:
            return "wrong"
        self._verified[digest] = None
        if len(self._verified) > MAX_VERIFIED:
            self._verified.popitem(last=False)
        return "right"

    def _digest(self, user: str, hashed: str, password: bytes) -> bytes:
        parts = (user.encode(), hashed.encode(), password)
        text = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
        return hmac.digest(self._key, text, "sha256")

    def _bucket(self, client: str) -> TokenBucket:
        found = self._clients.pop(client, None) or TokenBucket(INTERVAL_S, BURST, self._clock)
        self._clients[client] = found
        if len(self._clients) > MAX_CLIENTS:
            self._clients.popitem(last=False)
        return found


def _credentials(header: str | None) -> tuple[str, bytes] | None:
    """Return the name and the password of a header; None where it has none."""
    scheme, _, encoded = (header or "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, colon, password = base64.b64decode(encoded.strip(), validate=True).partition(b":")
        return (user.decode(), password) if colon else None
    except (binascii.Error, ValueError):
        return None


def _matches(password: bytes, hashed: str) -> bool:
    import bcrypt  # noqa: PLC0415 - of the extra `web`

    try:
        return bcrypt.checkpw(password, hashed.encode())
    except ValueError:  # longer than bcrypt takes, or with a NUL
        return False
