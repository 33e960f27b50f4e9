"""The command `relaytop`: the monitor itself, or one of the commands beside it."""

from __future__ import annotations

import dataclasses
import importlib
from pathlib import Path
from typing import TYPE_CHECKING

import click

import relaytop
from relaytop.cli.options import ListenAddress, common_options

if TYPE_CHECKING:
    from relaytop.cli.options import Options
    from relaytop.export.address import Address

COMMANDS = {
    "demo": "the embedded relay with a scripted incident: no key, no network",
    "init": "write a commented config file",
    "config": "print the settings in force and where each came from",
    "baseline": "N probes per target, then the report",
    "shadow": "two providers, the same requests, side by side",
    "models": "what a provider offers",
    "check": "the doctor: one finding a line, what it means, how to mend it",
    "pick": "the healthiest provider for a model now",
    "roi": "what moving to a relay saves",
    "prices": "list prices, relay against official, per model, with what is saved",
    "usage": "tokens and cost by day, week or month, from the ledger",
    "agent": "no screen: probe and serve /metrics",
    "show": "print a snapshot, or a recording, as a table",
    "diff": "what changed between two snapshots, and what is noise",
    "replay": "a recording (--record FILE) played back in the monitor",
    "rules": "Prometheus alert rules with the config's thresholds",
    "grafana": "a Grafana dashboard for these metrics",
}


class LazyGroup(click.Group):
    """Loads a command's module only when it is called: start-up time counts."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands in the order of use."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"relaytop.cli.{cmd_name}")
        command: click.Command = getattr(module, cmd_name)
        return command


@click.group(cls=LazyGroup, invoke_without_command=True)
@click.version_option(relaytop.__version__, prog_name="relaytop")
@click.option(
    "--against",
    type=click.Path(path_type=Path),
    help="Compare live with this snapshot or recording.",
)
@click.option(
    "--fail-on",
    type=click.Choice(["regression"]),
    help="With --against: leave with 1 where something got worse beyond noise.",
)
@click.option(
    "--prometheus", type=ListenAddress(), metavar="ADDR", help="Serve /metrics there too."
)
@click.option("--record", type=click.Path(path_type=Path), help="Append every sample to this file.")
@click.option("--fresh", is_flag=True, help="Probe here though an agent of this config runs.")
@common_options
@click.pass_context
def relaytop_command(
    ctx: click.Context,
    *,
    against: Path | None,
    fail_on: str | None,
    prometheus: Address | None,
    record: Path | None,
    fresh: bool,
    options: Options,
) -> None:
    """Watch the models behind LLM API relays, live.

    Without a command: the monitor on the config file's targets, else on keys found in the
    environment.
    """
    if prometheus is not None and ctx.invoked_subcommand not in {None, "demo"}:
        message = "--prometheus belongs to the monitor; without a screen there is `relaytop agent`"
        raise click.UsageError(message)
    if record is not None and ctx.invoked_subcommand not in {None, "demo"}:
        message = "before a command, --record belongs to the monitor and the demo alone"
        raise click.UsageError(message)
    ours = {"--against": against, "--fail-on": fail_on, "--fresh": fresh or None}
    for flag, value in ours.items():
        if value is not None and ctx.invoked_subcommand is not None:
            message = (
                f"before a command, {flag} belongs to the monitor: write it behind the command"
            )
            raise click.UsageError(message)
    options = ctx.obj = dataclasses.replace(options, prometheus=prometheus, record=record)
    if ctx.invoked_subcommand is None:
        from relaytop.cli.monitor import monitor  # noqa: PLC0415 - only when it is wanted

        if fail_on is not None and against is None:
            message = "--fail-on needs --against: name the snapshot to compare with"
            raise click.UsageError(message)
        raise SystemExit(monitor(options, against=against, gate=fail_on is not None, fresh=fresh))
