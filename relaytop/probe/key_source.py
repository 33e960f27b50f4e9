"""A provider's key, asked of its command anew after a 401 and before it expires."""

from __future__ import annotations

import asyncio
import dataclasses
import math
import time
from typing import TYPE_CHECKING, NamedTuple

from relaytop.config.errors import ConfigError
from relaytop.config.key_expiry import expires_at
from relaytop.config.keys import key_from_command
from relaytop.probe.credentials import credentials

if TYPE_CHECKING:
    from collections.abc import Callable

    from relaytop.config.settings import Provider, Secret

EARLY_S = 60.0
"""Before a key expires, so that no probe is sent with one that does meanwhile."""
EARLY_SHARE = 0.25
"""The same of a key that lives for less than a few minutes, as a share of its life."""
RETRY_S = 30.0
LONGEST_RETRY_S = 600.0
"""Seconds between two runs of a command whose key does not work: doubling, to this."""
MAX_EARLIER_KEYS = 50
"""Those that are still removed from texts."""


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
        self._earlier_keys: list[str] = []
        self._run = self._run_command if run is None else run
        self._wall = wall
        self._renewing: asyncio.Task[None] | None = None
        self._notices: list[KeyNotice] = []
        self._not_before = 0.0
        self._retry_s = RETRY_S
        self._had_at = wall()
        self._refused = False
        self._is_new = True
        """Whether the command's last run brought another key: its end is no reason to wait."""
        self._closed = False

    def record_refusal(self, key: Secret | None) -> None:
        """Note that the server answered 401 to a key; that of an earlier one is no news."""
        if key == self.provider.key:
            self._refused = True

    def record_success(self) -> None:
        """Note that the server takes the key."""
        self._refused = False
        if self._is_new:
            self._retry_s = RETRY_S

    def renew_if_due(self) -> None:
        """Run the command in the background where the key was refused, or is about to expire."""
        if not self.provider.key_command or self._renewing is not None:
            return
        now = self._wall()
        expires = self._is_expiring(now)
        may_run = now >= self._not_before or (expires and self._is_new and not self._refused)
        if (expires or self._refused) and may_run:
            self._not_before = now + self._retry_s
            self._retry_s = min(2 * self._retry_s, LONGEST_RETRY_S)
            self._renewing = asyncio.ensure_future(self._renew())

    def drain_notices(self) -> list[KeyNotice]:
        """Return what became of the key since the last call."""
        found, self._notices = self._notices, []
        return found

    async def wait_for_renewal(self) -> bool:
        """Wait for the command that a refused key is asked of; return whether there was one."""
        if self._renewing is None:
            return False
        await asyncio.wait([self._renewing])
        return True

    async def aclose(self) -> None:
        """End a command that is running."""
        self._closed = True
        if self._renewing is not None:
            self._renewing.cancel()
            await asyncio.gather(self._renewing, return_exceptions=True)

    def _is_expiring(self, now: float) -> bool:
        expires = self._expires_at()
        if expires is None:
            return False
        return now >= expires - min(EARLY_S, EARLY_SHARE * max(0.0, expires - self._had_at))

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
            self._is_new = False
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
        self._is_new = key != before
        if not self._is_new:
            if self._refused:
                text = f"{name}: api_key_command printed the same key, which was refused"
                self._notices.append(KeyNotice("warning", text, renewed=False))
            return
        if before is not None:
            self._earlier_keys = [before.reveal(), *self._earlier_keys][:MAX_EARLIER_KEYS]
        self.provider = dataclasses.replace(self.provider, key=key)
        self.secrets = [*credentials(self.provider), *self._earlier_keys]
        self._refused = False
        self._notices.append(
            KeyNotice("info", f"{name}: new key from api_key_command", renewed=True)
        )

    def _run_command(self, provider: Provider) -> Secret:
        return key_from_command(
            provider.key_command,
            provider.key_environ,
            f"providers.{provider.name}.api_key_command",
            folder=provider.key_folder,
            left_s=lambda: 0.0 if self._closed else math.inf,
        )
