"""The command `relaytop`: the monitor itself, or one of the commands beside it."""

from __future__ import annotations

import dataclasses
import gc
import importlib
from pathlib import Path
from typing import TYPE_CHECKING

import click

from relaytop.cli.alert_sending import on_alert_option
from relaytop.cli.options import (
    common_options,
    listen_address,
    listen_guard_options,
    screen_options,
)
from relaytop.cli.user_choices import fresh_state_option
from relaytop.config.errors import MAX_QUOTED
from relaytop.config.suggestions import suggestion
from relaytop.report.forms import FORMS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from click.shell_completion import CompletionItem

    from relaytop.cli.options import Options
    from relaytop.export.address import Address

COMMANDS = {
    "demo": "Watch a simulated incident: three providers on loopback, no key, no network.",
    "init": "Write a commented config file; never overwrites one.",
    "config": "Print the effective settings and the origin of each; keys are masked.",
    "keys": "List the screen's keys and their names in the config's [keys].",
    "baseline": "Probe each target N times and report latencies, errors and cost.",
    "shadow": "Send the same requests to providers A and B, interleaved, and compare them.",
    "models": "List the models of a provider, or of all (GET /models, free of charge).",
    "credit": "Print the credit left at each provider and how long it lasts (free of charge).",
    "check": "Check config, key, network, TLS and replies, and say how to fix what fails.",
    "pick": "Probe the providers of a model and print the healthiest.",
    "roi": "Calculate what moving to a relay saves per month and year, by model and in total.",
    "prices": "Compare relay prices with official list prices, in USD per million tokens.",
    "usage": "Print tokens and cost per target and in total, from the ledger.",
    "agent": "Probe without a screen and serve /metrics to Prometheus.",
    "fleet": "Watch many hosts on one screen.",
    "mcp": "Serve status, failures, compare, pick, incidents and check to an MCP client on stdio.",
    "completion": (
        "Print a shell completion script for commands, options, targets, providers and models."
    ),
    "man": "Print the man page, or write the pages of all commands into a folder.",
    "show": "Print a snapshot or a recording as a table.",
    "diff": "Compare two snapshots: changes in latency, error rate and cost, apart from noise.",
    "replay": "Play a recording back in the monitor.",
    "incidents": "List past incidents: start, duration, targets affected, peak error rate.",
    "rules": "Print Prometheus rules: alerts with the thresholds of the config (or the defaults).",
    "grafana": "Print a Grafana dashboard as JSON to import.",
}
"""Command → its short help: the first sentence of what `relaytop CMD --help` says."""


class LazyGroup(click.Group):
    """Imports a command's module only when it is invoked, so that the others need not be lazy."""

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
        gc.enable()  # off since `main`; the screen enables it after its first picture
        command: click.Command = getattr(module, cmd_name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that is named; for one that there is not, say which was meant."""
        name = args[0]
        if name in COMMANDS or name.startswith("-") or ctx.resilient_parsing:
            return super().resolve_command(ctx, args)
        meant = suggestion(name, COMMANDS, "`relaytop --help` lists them")
        message = f"no such command: {name[:MAX_QUOTED]!r}; {meant}"
        raise click.UsageError(message, ctx)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands' summaries from the table, whole, importing none of them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([*COMMANDS.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Return the commands and options that begin with a text, importing no command."""
        from click.shell_completion import CompletionItem  # noqa: PLC0415 - where a shell asks

        found = [
            CompletionItem(name, help=text)
            for name, text in COMMANDS.items()
            if name.startswith(incomplete)
        ]
        return [*found, *click.Command.shell_complete(self, ctx, incomplete)]


@click.group(
    cls=LazyGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option(
    "--against",
    type=click.Path(path_type=Path),
    help="Compare live with this snapshot or recording.",
)
@click.option(
    "--fail-on",
    type=click.Choice(["regression"]),
    help="With --against: exit 1 if something got significantly worse.",
)
@click.option(
    "--prometheus", type=listen_address, metavar="ADDR", help="Also serve /metrics at this address."
)
@listen_guard_options
@click.option("--record", type=click.Path(path_type=Path), help="Append every sample to this file.")
@on_alert_option
@click.option(
    "--once",
    is_flag=True,
    help="Probe each target once, print the table, exit 1 if any is down.",
)
@click.option(
    "-n",
    "count",
    metavar="N",
    type=click.IntRange(1, 100_000),
    help="With --once: probes per target.",
)
@click.option(
    "--format", "form", type=click.Choice(FORMS), help="With --once: output format.  [table]"
)
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    help="With --once: write to this new file, not to stdout.",
)
@click.option(
    "--fresh", is_flag=True, help="Probe separately even if an agent with this config is running."
)
@fresh_state_option
@screen_options
@common_options
@click.pass_context
def relaytop_command(
    ctx: click.Context,
    *,
    against: Path | None,
    fail_on: str | None,
    prometheus: Address | None,
    web_config: Path | None,
    insecure_listen: bool,
    record: Path | None,
    on_alert: tuple[str, ...] | None,
    once: bool,
    count: int | None,
    form: str | None,
    output: Path | None,
    fresh: bool,
    fresh_state: bool,
    options: Options,
) -> None:
    """Watch the models behind LLM API relays, live.

    Without a command: the monitor on the config file's targets, else on keys found in the
    environment.
    """
    if prometheus is not None and ctx.invoked_subcommand not in {None, "demo"}:
        message = (
            "--prometheus is for the monitor and the demo; without a screen use `relaytop agent`"
        )
        raise click.UsageError(message)
    if prometheus is None and (web_config is not None or insecure_listen):
        flag = "--insecure-listen" if web_config is None else "--web.config.file"
        message = f"before a command, {flag} is for --prometheus ADDR; `relaytop agent` has its own"
        raise click.UsageError(message)
    if record is not None and ctx.invoked_subcommand not in {None, "demo"}:
        message = "before a command, --record is for the monitor and the demo only"
        raise click.UsageError(message)
    of_once = {"-n": count, "--format": form, "--output": output}
    beside = {"--against": against, "--fail-on": fail_on, "--on-alert": on_alert}
    switches = {"--fresh": fresh, "--fresh-state": fresh_state, "--once": once}
    ours = {**beside, **of_once, **{flag: True for flag, on in switches.items() if on}}
    for flag, value in ours.items():
        if value is not None and ctx.invoked_subcommand is not None:
            message = f"before a command, {flag} is for the monitor only"
            if flag != "--once":
                message += ": write it after the command, if that has it"
            raise click.UsageError(message)
    options = ctx.obj = dataclasses.replace(
        options,
        prometheus=prometheus,
        web_config=web_config,
        insecure_listen=insecure_listen,
        record=record,
        on_alert=on_alert,
    )
    if ctx.invoked_subcommand is None and once:
        from relaytop.cli.once import once as print_once  # noqa: PLC0415 - only when it is wanted
        from relaytop.cli.output import Output  # noqa: PLC0415 - as above

        _refuse(
            {**beside, "--prometheus": prometheus, "--record": record},
            "cannot be used with --once, which prints one table and exits",
        )
        gc.enable()
        place = Output(form or "table", output)
        raise SystemExit(print_once(options, count=count or 1, output=place))
    if ctx.invoked_subcommand is None:
        from relaytop.cli.monitor import monitor  # noqa: PLC0415 - only when it is wanted

        if fail_on is not None and against is None:
            message = "--fail-on needs --against: name the snapshot to compare with"
            raise click.UsageError(message)
        _refuse(of_once, "needs --once")
        code = monitor(
            options,
            against=against,
            gate=fail_on is not None,
            fresh=fresh,
            fresh_state=fresh_state,
        )
        raise SystemExit(code)


def _refuse(given: Mapping[str, object], why: str) -> None:
    for flag, value in given.items():
        if value is not None:
            message = f"{flag} {why}"
            raise click.UsageError(message)
