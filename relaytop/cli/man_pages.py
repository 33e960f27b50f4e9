"""The manual pages, from what `--help` is made of."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

import click

import relaytop
from relaytop.cli import roff
from relaytop.cli.group import COMMANDS
from relaytop.config.environment import KNOWN

if TYPE_CHECKING:
    from collections.abc import Iterator

EXIT_STATUS = (
    ("0", "Fine."),
    ("1", "Bad result: a check failed, a target is down, no provider is healthy."),
    ("2", "Usage or config error."),
    ("130", "Interrupted."),
)
FILES = (
    ("~/.config/relaytop/config.toml", "The config; `relaytop init` writes one."),
    (
        "~/.local/state/relaytop/state.toml",
        "Choices made on the screen: sort order, window, theme.",
    ),
    ("~/.local/state/relaytop/incidents.jsonl", "Past incidents."),
    ("~/.local/share/relaytop/ledger.sqlite", "The ledger: tokens and cost."),
    ("~/.local/share/relaytop/snapshots/", "Saved snapshots."),
)
ENVIRONMENT = (
    ("RELAYTOP_CONFIG", "The config file, unless `--config` is given."),
    (", ".join(KNOWN), "API keys, used if there is no config file."),
    ("NO_COLOR", "No colours, as with `--no-color`."),
)


def pages(group: click.Group) -> Iterator[tuple[str, str]]:
    """Yield each page's file name and its text: relaytop's own, then one for each command."""
    context = click.Context(group, info_name="relaytop", **group.context_settings)
    yield "relaytop.1", main_page(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is not None:
            yield f"relaytop-{name}.1", _command_page(command, name, context)


def main_page(group: click.Group) -> str:
    """Return relaytop(1)."""
    context = click.Context(group, info_name="relaytop", **group.context_settings)
    commands = ((f"relaytop {name}", summary) for name, summary in COMMANDS.items())
    return _page(
        "relaytop",
        group,
        context,
        *roff.section("Commands", roff.entries(commands)),
        *roff.section("Files", roff.entries(FILES)),
        *roff.section("Environment", roff.entries(ENVIRONMENT)),
        *roff.section("Exit status", roff.entries(EXIT_STATUS)),
        *roff.section(
            "See also", [", ".join(f"{roff.bold(f'relaytop-{n}')}(1)" for n in COMMANDS)]
        ),
    )


def _command_page(command: click.Command, name: str, parent: click.Context) -> str:
    context = click.Context(command, info_name=name, parent=parent)
    return _page(
        f"relaytop-{name}",
        command,
        context,
        *roff.section("Exit status", roff.entries(EXIT_STATUS)),
        *roff.section("See also", [f"{roff.bold('relaytop')}(1)"]),
    )


def _page(name: str, command: click.Command, context: click.Context, *ending: str) -> str:
    """Return a page: its name, usage, description and options, then what is behind them."""
    text = inspect.cleandoc(command.help or "")
    summary, _, rest = text.partition("\n\n")
    usage = f"{roff.bold(context.command_path)} {roff.escape(_usage(command, context))}"
    options = (
        param.get_help_record(context)
        for param in command.get_params(context)
        if isinstance(param, click.Option)
    )
    lines = [
        *roff.title(name, relaytop.__version__),
        # A summary ends without a point, by the custom of these pages.
        *roff.section("Name", [f"{roff.escape(name)} \\- {roff.escape(summary.rstrip('.'))}"]),
        *roff.section("Synopsis", [usage]),
        *roff.section("Description", roff.paragraphs(f"{summary}\n\n{rest}")),
        *roff.section("Options", roff.entries(record for record in options if record)),
        *ending,
    ]
    return "\n".join(lines) + "\n"


def _usage(command: click.Command, context: click.Context) -> str:
    return " ".join(command.collect_usage_pieces(context))
