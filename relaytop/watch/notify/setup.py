"""The channels that the settings name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.config.child_processes import without_keys
from relaytop.watch.notify.bodies import bodies
from relaytop.watch.notify.command import CommandChannel
from relaytop.watch.notify.services import ServiceChannel, require_apprise
from relaytop.watch.notify.webhook import WebhookChannel

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from relaytop.config.settings import Settings
    from relaytop.watch.notify.channel import Channel


def make_channels(
    settings: Settings, environ: Mapping[str, str], host: str, clock: Callable[[], float]
) -> list[Channel]:
    """Return a channel for each receiver in `[alerts]`.

    Args:
        settings: In force.
        environ: The environment; a command gets it without keys and without the URLs.
        host: The name of this machine.
        clock: Steady Unix seconds.

    Raises:
        RelaytopError: Services are named, and the library for them is not installed.
    """
    alerts = settings.alerts
    found: list[Channel] = []
    if alerts.command:
        found.append(CommandChannel(alerts.command, _environment(settings, environ), host))
    if alerts.webhook is not None:
        found.append(WebhookChannel(alerts.webhook, bodies(alerts.format, host, clock)))
    if alerts.services:
        require_apprise()
        found += [ServiceChannel(url, host) for url in alerts.services]
    return found


def _environment(settings: Settings, environ: Mapping[str, str]) -> dict[str, str]:
    """Return a command's environment: no variable names or holds a key, or a secret URL."""
    keys = [provider.key for provider in settings.providers]
    secrets = {
        each.reveal()
        for each in (*keys, settings.alerts.webhook, *settings.alerts.services)
        if each
    }
    bare = without_keys(environ, [provider.key_from for provider in settings.providers])
    return {name: value for name, value in bare.items() if value.strip() not in secrets}
