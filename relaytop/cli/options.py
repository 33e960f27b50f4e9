"""The flags that commands share, on either side of the command's name."""

from __future__ import annotations

import dataclasses
import functools
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from relaytop.cli.known_names import complete_model
from relaytop.config.durations import LONGEST_S, SHORTEST_S, parse_duration_s, parse_window
from relaytop.config.flags import Flags
from relaytop.config.settings import APIS, MODES
from relaytop.export.address import Address, parse_address

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence


@dataclass(frozen=True, slots=True)
class Options:
    """The values of the common flags."""

    config: Path | None = None
    flags: Flags = field(default_factory=Flags)
    color: bool = True
    ascii: bool = False
    prometheus: Address | None = None
    """The monitor's address for /metrics."""
    web_config: Path | None = None
    """What protects it: TLS, passwords."""
    insecure_listen: bool = False
    """Whether others than this machine may read it without."""
    record: Path | None = None
    """The monitor's file for what it sees."""
    on_alert: tuple[str, ...] | None = None
    """The monitor's command for alerts, in place of the config's."""
    slow_link: bool = False
    """Whether the monitor sends its terminal little."""
    mouse: bool = True
    """Whether the monitor may ask the terminal for clicks and the wheel."""


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
        message = f"{value} is out of range: from 100ms to 24h"
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


class Number(click.FloatRange):
    """A number in a range; `nan`, which is in every range for click, is none."""

    refusal = "is not a number"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Read it, or say what would be one."""
        number: float = super().convert(value, param, ctx)
        if math.isnan(number):
            self.fail(f"{value} {self.refusal}", param, ctx)
        return number


class Dollars(Number):
    """An amount of USD."""

    name = "usd"
    refusal = "is not an amount; write USD as 0.50"


def _keep_flag(ctx: click.Context, param: click.Parameter, value: object) -> None:
    """Keep a flag of the screen, whichever side of the command's name it stands on."""
    if value:
        ctx.meta[_meta_key(param.name)] = True


def _meta_key(name: str | None) -> str:
    return f"relaytop.screen.{name}"


def _is_given(name: str) -> bool:
    return bool(click.get_current_context().meta.get(_meta_key(name)))


def _screen_flag(name: str, text: str) -> Callable[..., Any]:
    return click.option(name, is_flag=True, expose_value=False, callback=_keep_flag, help=text)


def screen_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the flags of every command that shows the screen."""
    slow_link = _screen_flag("--slow-link", "Redraw every 5 s, charts in coarse steps.")
    no_mouse = _screen_flag("--no-mouse", "Leave clicks and the wheel to the terminal.")
    added: Callable[..., Any] = slow_link(no_mouse(function))
    return added


def listen_guard_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the flags that say who may read `/metrics`."""
    file = click.option(
        "--web.config.file",
        "web_config",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Protect /metrics by TLS and passwords, as this file of Prometheus' format says.",
    )
    insecure = click.option(
        "--insecure-listen",
        is_flag=True,
        help="Let others than this host read /metrics without it.",
    )
    added: Callable[..., Any] = file(insecure(function))
    return added


def _print_versions(ctx: click.Context, _param: click.Parameter, value: object) -> None:
    if value and not ctx.resilient_parsing:
        from relaytop.cli.versions import versions  # noqa: PLC0415 - importlib.metadata takes 50 ms

        click.echo(versions(), nl=False)
        ctx.exit()


_LOOKS = (
    click.option("--no-color", is_flag=True, help="No colours."),
    click.option("--ascii", "ascii_only", is_flag=True, help="Use ASCII characters only."),
    click.option(
        "-V",
        "--version",
        is_flag=True,
        expose_value=False,
        is_eager=True,
        callback=_print_versions,
        help="Show the versions and exit.",
    ),
)
_COMMON = (
    click.option("--config", type=click.Path(path_type=Path), help="Read this config file."),
    click.option("--base-url", metavar="URL", help="Use this provider in place of the config's."),
    click.option(
        "--model",
        "models",
        multiple=True,
        metavar="M",
        shell_complete=complete_model,
        help="A model to probe there; repeatable.",
    ),
    click.option("--api-key-env", metavar="VAR", help="Environment variable with its API key."),
    click.option("--api", type=click.Choice(APIS), help="Its wire API."),
    click.option("--mode", type=click.Choice(MODES), help="What its models are.  [default: chat]"),
    click.option("--name", metavar="P", help="Name of this provider.  [default: its host]"),
    click.option(
        "--interval",
        "interval_s",
        type=duration,
        help="Interval between probes of a target, such as 5s.",
    ),
    click.option("--timeout", "timeout_s", type=duration, help="Timeout of a probe, such as 30s."),
    click.option(
        "--window",
        type=_window,
        metavar="W",
        help='Window of percentiles and error rate: 10m or "100 requests".',
    ),
    click.option(
        "--budget",
        "budget_usd",
        type=Dollars(0, 1e6),
        help="Budget in USD per UTC day; 0: no paid probes.",
    ),
    *_LOOKS,
)
"""The common flags. Those whose parameter is a field of `Flags`, and --config, say what to probe or
how; a command that probes nothing refuses them."""


def given_probing_flags(options: Options, *, but: Collection[str] = ()) -> list[str]:
    """Return the common flags about probing that were given to the command that runs.

    Args:
        options: The common flags.
        but: Parameters that are left out.
    """
    values = {"config": options.config, **dataclasses.asdict(options.flags)}
    return [
        parameter.opts[0]
        for parameter in click.get_current_context().command.params
        if parameter.name not in but and values.get(parameter.name or "") not in (None, ())
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
        message = f"{flag} cannot be used here: {why}"
        raise click.UsageError(message)


def common_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the common flags to a command; it receives them as one argument `options`.

    What the group was given before the command's name is the default.
    """
    return _with(function, _COMMON)


def look_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the common flags to a command that reads no config and probes nothing."""
    return _with(function, (_config_option("Accepted but ignored by this command."), *_LOOKS))


def screen_config_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the common flags to a command that reads of the config what is about the screen alone."""
    return _with(function, (_config_option("Read [keys] and mouse from this file."), *_LOOKS))


def _config_option(help_text: str) -> Callable[..., Any]:
    return click.option("--config", type=click.Path(path_type=Path), help=help_text)


def _with(function: Callable[..., Any], flags: Sequence[Callable[..., Any]]) -> Callable[..., Any]:
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
            web_config=above.web_config,
            insecure_listen=above.insecure_listen,
            record=above.record,
            on_alert=above.on_alert,
            slow_link=_is_given("slow_link"),
            mouse=not _is_given("no_mouse"),
        )
        click.get_current_context().obj = options
        return function(*args, options=options, **named)

    command: Callable[..., Any] = functools.update_wrapper(with_options, function)
    for flag in reversed(flags):
        command = flag(command)
    return command
