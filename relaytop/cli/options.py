"""The flags that commands share, on either side of the command's name."""

from __future__ import annotations

import dataclasses
import functools
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from relaytop.config.durations import parse_duration_s, parse_window
from relaytop.config.flags import Flags
from relaytop.config.settings import APIS
from relaytop.export.address import Address, parse_address

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

SHORTEST_S, LONGEST_S = 0.1, 86_400.0
"""The config's bounds of an interval and a deadline."""


@dataclass(frozen=True, slots=True)
class Options:
    """The values of the common flags."""

    config: Path | None = None
    flags: Flags = field(default_factory=Flags)
    color: bool = True
    ascii: bool = False
    prometheus: Address | None = None
    """The monitor's address for /metrics."""
    record: Path | None = None
    """The monitor's file for what it sees."""


def duration(value: str | float) -> float:
    """Read a duration as the config writes it, `500ms`, `5s`, `2m` or `1h`; return seconds.

    Raises:
        click.BadParameter: It is none, or out of the config's bounds.
    """
    if isinstance(value, float):
        return value
    try:
        seconds = parse_duration_s(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None
    if not SHORTEST_S <= seconds <= LONGEST_S:
        message = f"{value} is out of bounds: from 100ms to 24h"
        raise click.BadParameter(message)
    return seconds


def listen_address(value: str | Address) -> Address:
    """Read where to listen, such as `127.0.0.1:9464`.

    Raises:
        click.BadParameter: It is no address.
    """
    try:
        return value if isinstance(value, Address) else parse_address(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


def _window(value: str) -> str:
    try:
        parse_window(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None
    return value


class Dollars(click.FloatRange):
    """An amount of USD; `nan`, which is in every range for click, is none."""

    name = "usd"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Read it, or say what would be one."""
        amount: float = super().convert(value, param, ctx)
        if math.isnan(amount):
            self.fail(f"{value} is no amount; write USD as 0.50", param, ctx)
        return amount


@dataclass(frozen=True, slots=True)
class CommonFlag:
    """A flag that commands share."""

    flag: str
    parameter: str
    """The command's parameter; of a flag about probing a field of `Flags`, but for `config`."""
    help: str
    more: Mapping[str, Any]
    """Further arguments of `click.option`."""
    about_probing: bool = True
    """Whether it says what to probe, or how."""

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Add the flag to a command."""
        return click.option(self.flag, self.parameter, help=self.help, **self.more)(function)


_CONFIG = CommonFlag(
    "--config", "config", "Read this config file.", {"type": click.Path(path_type=Path)}
)
_LOOKS = (
    CommonFlag("--no-color", "no_color", "No colours.", {"is_flag": True}, about_probing=False),
    CommonFlag(
        "--ascii",
        "ascii_only",
        "No characters beyond ASCII.",
        {"is_flag": True},
        about_probing=False,
    ),
)
COMMON_FLAGS = (
    _CONFIG,
    CommonFlag("--base-url", "base_url", "Watch this provider instead.", {"metavar": "URL"}),
    CommonFlag(
        "--model", "models", "A model of it; repeatable.", {"metavar": "M", "multiple": True}
    ),
    CommonFlag(
        "--api-key-env", "api_key_env", "The variable that holds its key.", {"metavar": "VAR"}
    ),
    CommonFlag("--api", "api", "Its wire API.", {"type": click.Choice(APIS)}),
    CommonFlag("--name", "name", "What to call it.  [default: its host]", {"metavar": "P"}),
    CommonFlag("--interval", "interval_s", "Between two probes: 5s.", {"type": duration}),
    CommonFlag("--timeout", "timeout_s", "Deadline of a probe: 30s.", {"type": duration}),
    CommonFlag("--window", "window", '10m or "100 requests".', {"type": _window, "metavar": "W"}),
    CommonFlag("--budget", "budget_usd", "USD per UTC day; 0: free.", {"type": Dollars(0, 1e6)}),
    *_LOOKS,
)


def given_probing_flags(options: Options, *, but: Collection[str] = ()) -> list[str]:
    """Return the common flags about probing that were given.

    Args:
        options: The common flags.
        but: Parameters that are left out.
    """
    values = {"config": options.config, **dataclasses.asdict(options.flags)}
    return [
        each.flag
        for each in COMMON_FLAGS
        if each.about_probing
        and each.parameter not in but
        and values[each.parameter] not in (None, ())
    ]


def refuse_flags(options: Options, why: str, *, but: Collection[str] = ()) -> None:
    """Refuse the common flags about probing, for a command that they make no sense for.

    Args:
        options: The common flags.
        why: What the command does instead.
        but: Parameters that do make sense.

    Raises:
        click.UsageError: One was given.
    """
    for flag in given_probing_flags(options, but=but):
        message = f"{flag} makes no sense here: {why}"
        raise click.UsageError(message)


def common_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the common flags to a command; it receives them as one argument `options`.

    What the group was given before the command's name is the default.
    """
    return _with(function, COMMON_FLAGS)


def look_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the common flags to a command that reads no config and probes nothing."""
    unread = dataclasses.replace(_CONFIG, help="Taken as everywhere; nothing here needs it.")
    return _with(function, (unread, *_LOOKS))


def _with(function: Callable[..., Any], flags: Sequence[CommonFlag]) -> Callable[..., Any]:
    def with_options(
        *args: Any,
        config: Path | None,
        no_color: bool,
        ascii_only: bool,
        **named: Any,
    ) -> Any:
        fields = {f.name: named.pop(f.name, None) for f in dataclasses.fields(Flags)}
        above = click.get_current_context().find_object(Options) or Options()
        given = {key: value for key, value in fields.items() if value not in (None, ())}
        options = Options(
            config=config or above.config,
            flags=dataclasses.replace(above.flags, **given),
            color=above.color and not no_color,
            ascii=above.ascii or ascii_only,
            prometheus=above.prometheus,
            record=above.record,
        )
        click.get_current_context().obj = options
        return function(*args, options=options, **named)

    command: Callable[..., Any] = functools.update_wrapper(with_options, function)
    for flag in reversed(flags):
        command = flag(command)
    return command
