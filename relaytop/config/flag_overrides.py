"""Flags over settings that no config file gave."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from relaytop.config.cross_checks import check_window
from relaytop.config.durations import parse_window

if TYPE_CHECKING:
    from relaytop.config.flags import Flags
    from relaytop.config.settings import Settings, Target


def overridden(settings: Settings, flags: Flags) -> Settings:
    """Return settings with the interval, timeout, window and budget of the command line.

    Raises:
        ConfigError: The window is of more requests than are kept.
    """

    def paced(target: Target) -> Target:
        return dataclasses.replace(
            target,
            interval_s=target.interval_s if flags.interval_s is None else flags.interval_s,
            timeout_s=target.timeout_s if flags.timeout_s is None else flags.timeout_s,
        )

    given = {
        "interval": flags.interval_s,
        "timeout": flags.timeout_s,
        "window": flags.window,
        "budget": flags.budget_usd,
    }
    window = settings.window if flags.window is None else parse_window(flags.window)
    check_window(window, settings.history, None)
    return dataclasses.replace(
        settings,
        defaults=paced(settings.defaults),
        targets=tuple(map(paced, settings.targets)),
        window=window,
        budget_usd=settings.budget_usd if flags.budget_usd is None else flags.budget_usd,
        origins={
            **settings.origins,
            **{key: f"--{key}" for key, value in given.items() if value is not None},
        },
    )
