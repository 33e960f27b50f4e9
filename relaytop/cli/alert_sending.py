"""Receivers of alerts: the option `--on-alert`, and those of the settings."""

from __future__ import annotations

import dataclasses
import os
import shlex
import socket
from typing import TYPE_CHECKING, Any

import click

from relaytop.config.steady_clock import STEADY

if TYPE_CHECKING:
    from collections.abc import Callable

    from relaytop.config.settings import Settings
    from relaytop.watch.notify.notifier import Notifier

STDERR = 2


def _command(value: str | tuple[str, ...]) -> tuple[str, ...]:
    """Divide a command line as a shell does; no shell runs it."""
    if isinstance(value, tuple):
        return value
    try:
        words = tuple(shlex.split(value))
    except ValueError:
        words = ()
    if not words or "\0" in value:
        message = "not a command; write it as '/usr/local/bin/page --loud'"
        raise click.BadParameter(message)
    return words


def on_alert_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add --on-alert to a command; it receives the program and its arguments, or None."""
    option = click.option(
        "--on-alert",
        type=_command,
        metavar="CMD",
        help="Run this command when an alert fires, gets worse or resolves.",
    )
    return option(function)


def with_on_alert(settings: Settings, on_alert: tuple[str, ...] | None) -> Settings:
    """Return settings whose alerts run the command of --on-alert, where there is one."""
    if on_alert is None:
        return settings
    alerts = dataclasses.replace(settings.alerts, command=on_alert)
    return dataclasses.replace(settings, alerts=alerts)


def has_receivers(settings: Settings) -> bool:
    """Return whether alerts are sent anywhere."""
    alerts = settings.alerts
    return bool(alerts.command or alerts.webhook or alerts.services)


def make_notifier(settings: Settings) -> Notifier:
    """Return what sends the alerts of settings.

    Raises:
        RelaytopError: Services are named, and the library for them is not installed.
    """
    from relaytop.watch.notify.notifier import Notifier  # noqa: PLC0415 - only when it is wanted
    from relaytop.watch.notify.setup import make_channels  # noqa: PLC0415 - as above

    host = socket.gethostname()
    return Notifier(settings, lambda changed: make_channels(changed, os.environ, host, STEADY))
