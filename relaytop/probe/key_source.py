"""A provider's key, asked of its command anew after a 401 and before it expires."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import time
from typing import TYPE_CHECKING, NamedTuple

from relaytop.config.child_processes import without_keys
from relaytop.config.errors import ConfigError
from relaytop.config.key_expiry import expires_at
from relaytop.config.keys import key_from_command
from relaytop.probe.credentials import credentials

if TYPE_CHECKING:
    from collections.abc import Callable

    from relaytop.config.settings import Provider, Secret

EARLY_S = 60.0
"""Before a key expires, so that no probe is sent with one that does meanwhile."""
RETRY_S = 30.0
LONGEST_RETRY_S = 600.0
"""Seconds between two runs of a command whose key does not work: doubling, to this."""
MAX_SECRETS = 50
"""Earlier keys that are still removed from texts."""


class KeyNotice(NamedTuple):
    """What became of a key."""

    level: str
    """`info` or `warning`."""
    text: str
    renewed: bool
    """Whether there is another key."""


class KeySource:
    """The provider with the key that is in use.

    Args:
        provider: With the key that it began with, and its command if it has one.
        run: Runs a provider's command and returns the key; may take long, and raises `ConfigError`.
        wall: Unix seconds by the system's clock, which a key's end is told in.
    """

    def __init__(
        self,
        provider: Provider,
        *,
        run: Callable[[Provider], Secret] | None = None,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self.provider = provider
        self.secrets = list(credentials(provider))
        """What no text may show: the key, those before it, and the values of headers."""
        self._run = _run_command if run is None else run
        self._wall = wall
        self._renewing: asyncio.Task[None] | None = None
        self._notices: list[KeyNotice] = []
        self._not_before = 0.0
        self._retry_s = RETRY_S
        self._had_at = wall()
        self._refused = False

    def record_refusal(self, key: Secret | None) -> None:
        """Note that the server answered 401 to a key; that of an earlier one is no news."""
        if key == self.provider.key:
            self._refused = True

    def record_success(self) -> None:
        """Note that the server takes the key."""
        self._refused, self._retry_s = False, RETRY_S

    def renew_if_due(self) -> None:
        """Run the command in the background where the key was refused, or is about to expire."""
        if not self.provider.key_command or self._renewing is not None:
            return
        now = self._wall()
        expires = self._expires_at()
        is_due = self._refused or (expires is not None and now >= expires - EARLY_S)
        if is_due and now >= self._not_before:
            self._not_before = now + self._retry_s
            self._retry_s = min(2 * self._retry_s, LONGEST_RETRY_S)
            self._renewing = asyncio.ensure_future(self._renew())

    def drain_notices(self) -> list[KeyNotice]:
        """Return what became of the key since the last call."""
        found, self._notices = self._notices, []
        return found

    async def aclose(self) -> None:
        """End a command that is running."""
        if self._renewing is not None:
            self._renewing.cancel()
            await asyncio.gather(self._renewing, return_exceptions=True)

    def _expires_at(self) -> float | None:
        lifetime_s = self.provider.api_key_lifetime_s
        if lifetime_s is not None:
            return self._had_at + lifetime_s
        return expires_at(self.provider.key.reveal()) if self.provider.key is not None else None

    async def _renew(self) -> None:
        name = self.provider.name
        try:
            key = await asyncio.to_thread(self._run, self.provider)
        except ConfigError as error:
            self._notices.append(
                KeyNotice("warning", f"{name}: no new key: {error}", renewed=False)
            )
        else:
            self._apply(key)
        finally:
            self._renewing = None

    def _apply(self, key: Secret) -> None:
        name, before = self.provider.name, self.provider.key
        self._had_at = self._wall()
        if key == before:
            if self._refused:
                text = f"{name}: api_key_command printed the same key, which was refused"
                self._notices.append(KeyNotice("warning", text, renewed=False))
            return
        self.provider = dataclasses.replace(self.provider, key=key)
        self.secrets = [key.reveal(), *self.secrets][:MAX_SECRETS]
        self._refused = False
        self._notices.append(
            KeyNotice("info", f"{name}: new key from api_key_command", renewed=True)
        )


def _run_command(provider: Provider) -> Secret:
    place = f"providers.{provider.name}.api_key_command"
    return key_from_command(provider.key_command, without_keys(os.environ, []), place)
