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
    from collections.abc import Callable, Iterable, Sequence


@dataclass(frozen=True, slots=True)
class Options:
    """What the common flags said."""

    config: Path | None = None
    flags: Flags = field(default_factory=Flags)
    color: bool = True
    ascii: bool = False
    prometheus: Address | None = None
    """Where the monitor shows its metrics."""
    record: Path | None = None
    """Where the monitor records what it sees."""


class Duration(click.ParamType):  # type: ignore[type-arg] # generic in newer click only
    """A duration as the config writes it: `500ms`, `5s`, `2m`, `1h`; becomes seconds."""

    name = "duration"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Read a duration, or say what would be one."""
        if isinstance(value, float):
            return value
        try:
            seconds = parse_duration_s(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)
        if not 0.1 <= seconds <= 86_400:  # noqa: PLR2004 - the config's bounds
            self.fail(f"{value} is out of bounds: from 100ms to 24h", param, ctx)
        return seconds


class ListenAddress(click.ParamType):  # type: ignore[type-arg] # as above
    """Where to listen, such as `127.0.0.1:9464`; becomes an `Address`."""

    name = "host:port"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Address:
        """Read it; a mistake of usage where it is none."""
        try:
            return value if isinstance(value, Address) else parse_address(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


def _window(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    if value is not None:
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


_PROBING = (
    click.option("--base-url", metavar="URL", help="Watch this provider instead."),
    click.option(
        "--model", "models", multiple=True, metavar="M", help="A model of it; repeatable."
    ),
    click.option("--api-key-env", metavar="VAR", help="The variable that holds its key."),
    click.option("--api", type=click.Choice(APIS), help="Its wire API."),
    click.option("--name", metavar="P", help="What to call it.  [default: its host]"),
    click.option("--interval", "interval_s", type=Duration(), help="Between two probes: 5s."),
    click.option("--timeout", "timeout_s", type=Duration(), help="Deadline of a probe: 30s."),
    click.option("--window", callback=_window, metavar="W", help='10m or "100 requests".'),
    click.option("--budget", "budget_usd", type=Dollars(0, 1e6), help="USD per UTC day; 0: free."),
)
"""What is probed, and how."""
_CONFIG = click.option("--config", type=click.Path(path_type=Path), help="Read this config file.")
_NO_CONFIG = click.option(
    "--config", type=click.Path(path_type=Path), help="Taken as everywhere; nothing here needs it."
)
_LOOKS = (
    click.option("--no-color", is_flag=True, help="No colours."),
    click.option("--ascii", "ascii_only", is_flag=True, help="No characters beyond ASCII."),
)
_FLAGS = {
    "base_url": "--base-url",
    "models": "--model",
    "api_key_env": "--api-key-env",
    "api": "--api",
    "name": "--name",
    "interval_s": "--interval",
    "timeout_s": "--timeout",
    "window": "--window",
    "budget_usd": "--budget",
}


def refuse_flags(options: Options, why: str, *, but: Iterable[str] = ()) -> None:
    """Refuse the common flags that make no sense for a command.

    Args:
        options: The common flags.
        why: What the command does instead.
        but: Those of `Options` and `Flags` that do make sense.

    Raises:
        click.UsageError: One was given.
    """
    values = {name: getattr(options.flags, name) for name in _FLAGS} | {"config": options.config}
    for name, flag in (_FLAGS | {"config": "--config"}).items():
        if name not in but and values[name] not in (None, ()):
            message = f"{flag} makes no sense here: {why}"
            raise click.UsageError(message)


def common_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the common flags to a command; it receives them as one argument `options`.

    What the group was given before the command's name is the default.
    """
    return _with(function, (_CONFIG, *_PROBING, *_LOOKS))


def look_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the common flags to a command that reads no config and probes nothing."""
    return _with(function, (_NO_CONFIG, *_LOOKS))


def _with(
    function: Callable[..., Any], decorators: Sequence[Callable[..., Any]]
) -> Callable[..., Any]:
    @functools.wraps(function)
    def wrapper(
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

    for decorate in reversed(decorators):
        wrapper = decorate(wrapper)
    return wrapper
