"""`relaytop fleet`: the screen over many machines."""

from __future__ import annotations

import dataclasses
import os
import random
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from relaytop.cli.final_errors import write_final_errors
from relaytop.cli.forked_settings import begin_loading
from relaytop.cli.monitor import require_terminal
from relaytop.cli.options import common_options, refuse_flags, screen_options
from relaytop.cli.user_choices import fresh_state_option, keep_choices, saved_choices
from relaytop.cli.user_keys import key_mistakes_too, keymap
from relaytop.config.child_processes import without_keys
from relaytop.config.errors import MAX_QUOTED, RelaytopError
from relaytop.config.fleet_checks import GROUPS, checked_by, checked_match, checked_prometheus
from relaytop.config.host_names import checked_hosts, checked_program, place_names
from relaytop.config.paths import snapshots_folder
from relaytop.config.settings import FleetSettings
from relaytop.config.steady_clock import STEADY
from relaytop.tui.terminal.sign_query import SignQuery

if TYPE_CHECKING:
    from collections.abc import Callable

    from relaytop.cli.options import Options
    from relaytop.config.settings import Settings
    from relaytop.fleet.ssh.engine import SshEngine
    from relaytop.tui.rows.query import GroupBy

NOTHING = (
    "no machine to watch: name hosts by --ssh HOST or a Prometheus by --prometheus URL, "
    "or set `ssh` or `prometheus` in the config's [fleet]; for this host alone run `relaytop`"
)


def _checked(check: Callable[[str], str]) -> Callable[[str], str]:
    """Return a type of click's that reads a text by a check of the config's."""

    def read(text: str) -> str:
        try:
            return check(text)
        except ValueError as error:
            raise click.BadParameter(str(error)) from None

    return read


def _moment(text: str) -> float:
    """Read a moment, in local time unless it has an offset; return Unix seconds."""
    try:
        return datetime.fromisoformat(text.strip()).astimezone().timestamp()
    except (ValueError, OverflowError):
        message = f"{text[:MAX_QUOTED]!r} is not a moment; write it as 2026-11-24T03:10"
        raise click.BadParameter(message) from None


@click.command()
@click.option(
    "--prometheus",
    metavar="URL",
    type=_checked(checked_prometheus),
    help="Show what this Prometheus (or Mimir, Thanos, VictoriaMetrics) scrapes from agents.",
)
@click.option(
    "--ssh",
    "hosts",
    multiple=True,
    metavar="HOST",
    help="Read this host's agent over ssh; repeatable.",
)
@click.option("--remote", metavar="PATH", help="Path of relaytop on those hosts.")
@click.option(
    "--ssh-config",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="ssh's config file, in place of your own.",
)
@click.option(
    "--match",
    metavar="SELECTOR",
    type=_checked(checked_match),
    help="""Only series with these labels, such as '{env="prod"}'.""",
)
@click.option(
    "--by",
    metavar="LABEL",
    type=_checked(checked_by),
    help="Group by this label (region, instance, …), by provider or by model.",
)
@click.option(
    "--at",
    metavar="TIME",
    type=_moment,
    help="Show this moment, such as 2026-11-24T03:10; arrow keys move.",
)
@click.option("--record", type=click.Path(path_type=Path), help="Append every sample to this file.")
@fresh_state_option
@screen_options
@common_options
def fleet(
    *,
    hosts: tuple[str, ...],
    prometheus: str | None,
    match: str | None,
    by: str | None,
    at: float | None,
    remote: str | None,
    ssh_config: Path | None,
    record: Path | None,
    fresh_state: bool,
    options: Options,
) -> None:
    """Watch many hosts on one screen.

    With --prometheus: what it scrapes from agents. Percentiles come from histograms and are marked
    ≈. Rows are grouped by place: the label `region`, else `instance`.

    With --ssh each host runs `relaytop agent --stdio`, by the system's ssh with its config, keys
    and jump hosts: it passes on what the agent of that host knows, or probes where there is none.

    The options beat the config's [fleet].
    """
    if at is not None and at > STEADY():
        message = "--at is in the future; write a moment that has been"
        raise click.UsageError(message)
    refuse_flags(options, "the hosts probe, each by its own config", but=("config", "window"))
    settings_of = begin_loading(options, view_only=True)
    with key_mistakes_too(options.config):
        settings = settings_of()
        keys = keymap(settings.keys, options.config)
    file = settings.fleet
    asked = dataclasses.replace(
        file,
        prometheus=prometheus or file.prometheus,
        match=match or file.match,
        by=by or file.by,
    )
    chosen = _chosen(asked, hosts, remote, ssh_config)
    if at is not None and chosen.prometheus is None:
        message = "--at needs a Prometheus: hosts over ssh tell only of now"
        raise click.UsageError(message)
    require_terminal()
    settings = dataclasses.replace(settings, fleet=chosen)
    raise SystemExit(_show(settings, keys, record, at, options, keeps_choices=not fresh_state))


def _chosen(
    settings: FleetSettings,
    hosts: tuple[str, ...],
    remote: str | None,
    ssh_config: Path | None,
) -> FleetSettings:
    """Return the settings of the fleet with what the command line says.

    Raises:
        RelaytopError: Something of it is not valid, or there is no host.
    """
    try:
        changes: dict[str, Any] = {"ssh": checked_hosts(hosts)} if hosts else {}
        changes |= {"remote": checked_program(remote)} if remote is not None else {}
    except ValueError as error:
        raise RelaytopError(str(error)) from None
    if ssh_config is not None:
        changes["ssh_config"] = str(ssh_config)
    chosen: FleetSettings = dataclasses.replace(settings, **changes)
    if not chosen.ssh and chosen.prometheus is None:
        raise RelaytopError(NOTHING)
    return chosen


def _ssh_engine(chosen: FleetSettings) -> SshEngine:
    """Return the engine that reads the hosts."""
    from relaytop.fleet.ssh.command import SshOptions, ssh_command  # noqa: PLC0415 - after the fork
    from relaytop.fleet.ssh.engine import SshEngine  # noqa: PLC0415 - after the fork
    from relaytop.fleet.ssh.host import Host  # noqa: PLC0415 - after the fork
    from relaytop.fleet.ssh.process import SshProcess  # noqa: PLC0415 - after the fork

    options = SshOptions(program=chosen.remote, config_file=chosen.ssh_config)
    environ = without_keys(os.environ, ())

    def starter(host: str) -> Callable[[], SshProcess]:
        command = ssh_command(host, options)
        return lambda: SshProcess(command, environ)

    now = STEADY()
    hosts = [
        Host(place, starter(host), random.random, chosen.remote, now)
        for host, place in place_names(chosen.ssh).items()
    ]
    return SshEngine(hosts, STEADY)


def _show(
    settings: Settings,
    keys: dict[str, str],
    record: Path | None,
    at: float | None,
    options: Options,
    *,
    keeps_choices: bool,
) -> int:
    """Run the screen and return the exit code."""
    with ExitStack() as stack:
        signs = stack.enter_context(SignQuery(os.environ, wanted=not options.ascii))
        from relaytop.tui.start import make_app  # noqa: PLC0415 - after the question of the signs
        from relaytop.watch.fleet_session import FleetSession  # noqa: PLC0415 - as above
        from relaytop.watch.past_clock import PastClock  # noqa: PLC0415 - as above

        engine = _ssh_engine(settings.fleet if at is None else FleetSettings())
        stack.callback(engine.stop)
        clock = STEADY if at is None else PastClock(at, STEADY)
        session = FleetSession(settings, engine, snapshots=snapshots_folder(), clock=clock)
        if record is not None:
            from relaytop.store.recorder import Recorder  # noqa: PLC0415 - only when it is wanted

            recorder = Recorder(record)
            stack.callback(lambda: write_final_errors(recorder.remarks()))
            stack.callback(recorder.close)
            session.record_to(recorder)
        app = make_app(
            session,
            ascii_only=options.ascii,
            signs=signs,
            color=options.color,
            slow_link=options.slow_link,
            mouse=settings.mouse and options.mouse,
            keymap=keys,
            choices=saved_choices(options) if keeps_choices else None,
        )
        if settings.fleet.by in GROUPS:
            app.monitor_screen.open_grouped(cast("GroupBy", settings.fleet.by))
        try:
            app.run()
        finally:
            keep_choices(app)
        if app.unsaved is not None:
            write_final_errors([("error", app.unsaved)])
        if app.complaint is not None:
            raise RelaytopError(app.complaint)
        return app.return_code or 0
