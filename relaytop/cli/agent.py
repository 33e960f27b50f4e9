"""`relaytop agent`: the monitor without a screen, for Prometheus to scrape."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import click

from relaytop.cli.agent_stdio import refuse_with_stdio, serve_stdio
from relaytop.cli.alert_sending import make_notifier, on_alert_option, with_on_alert
from relaytop.cli.errors import INTERRUPTED
from relaytop.cli.metrics_listener import open_listener
from relaytop.cli.options import common_options, duration, listen_address, listen_guard_options
from relaytop.cli.otlp_sending import make_otlp_sending, otlp_endpoint
from relaytop.config.errors import RelaytopError
from relaytop.config.fingerprint import fingerprint
from relaytop.config.load import load_settings
from relaytop.config.paths import (
    agent_socket,
    incidents_file,
    ledger_path,
    runtime_folder,
    snapshots_folder,
)
from relaytop.config.steady_clock import STEADY
from relaytop.engine.child import EngineChild
from relaytop.export.exporter import Exporter
from relaytop.export.exporters import Exporters
from relaytop.monitor.event import Event
from relaytop.store.recorder import Recorder
from relaytop.watch.agent.agent import Agent
from relaytop.watch.agent.event_log import EventLog
from relaytop.watch.incident_file import kept_incidents
from relaytop.watch.notify.services import require_apprise
from relaytop.watch.peers import Peers

if TYPE_CHECKING:
    from collections.abc import Callable

    from relaytop.cli.metrics_listener import MetricsListener
    from relaytop.cli.options import Options
    from relaytop.cli.otlp_sending import OtlpSending
    from relaytop.config.settings import Settings
    from relaytop.export.address import Address
    from relaytop.monitor.event import Level

STDERR = 2
DEFAULT_LISTEN = "127.0.0.1:9464"


@click.command()
@click.option(
    "--listen",
    type=listen_address,
    metavar="ADDR",
    help=f"Address of /metrics and /healthz.  [default: {DEFAULT_LISTEN}]",
)
@listen_guard_options
@click.option(
    "--otlp",
    type=otlp_endpoint,
    is_flag=False,
    flag_value="",
    metavar="[URL]",
    help="Also send the metrics to this OpenTelemetry collector.  [default: as "
    "OTEL_EXPORTER_OTLP_* say]",
)
@click.option(
    "--stdio",
    is_flag=True,
    help="Write what is seen to stdout, for `relaytop fleet --ssh`; no port is opened.",
)
@click.option(
    "--snapshot-every",
    "snapshot_every_s",
    type=duration,
    metavar="DURATION",
    help="Save a snapshot at this interval.  [default: on exit only]",
)
@click.option("--record", type=click.Path(path_type=Path), help="Append every sample to this file.")
@on_alert_option
@common_options
def agent(
    *,
    listen: Address | None,
    web_config: Path | None,
    insecure_listen: bool,
    otlp: str | None,
    stdio: bool,
    snapshot_every_s: float | None,
    record: Path | None,
    on_alert: tuple[str, ...] | None,
    options: Options,
) -> None:
    """Probe without a screen and serve /metrics to Prometheus.

    Events go to stderr as JSON lines. SIGHUP reloads the config; SIGTERM saves a snapshot and exits
    with 0. A monitor or a `pick` with the same config on this host shows the agent's data instead
    of probing separately.

    With --stdio it is the other end of `relaytop fleet --ssh`: it passes on what the agent of this
    host knows, or probes where there is none, and ends with its reader.
    """

    def load() -> Settings:
        settings = load_settings(config=options.config, flags=options.flags, environ=os.environ)
        if not settings.targets:
            sentence = (
                "no model is chosen: set `models` of a provider in the config, or give --base-url "
                "and --model; `relaytop models` lists what a provider offers"
            )
            raise RelaytopError(sentence)
        if settings.alerts.services:
            require_apprise()
        return with_on_alert(settings, on_alert)

    if stdio:
        refuse_with_stdio(
            listen=listen,
            **{"web.config.file": web_config},
            insecure_listen=insecure_listen or None,
            otlp=otlp,
            snapshot_every=snapshot_every_s,
            record=record,
            on_alert=on_alert,
        )
        raise SystemExit(serve_stdio(load(), load))
    settings = load()
    address = listen or listen_address(DEFAULT_LISTEN)
    listener = open_listener(address, "--listen", web_config, insecure=insecure_listen)
    otlp_sending = make_otlp_sending(otlp, settings, os.environ)
    recorder = Recorder(record) if record is not None else None
    try:
        code = asyncio.run(_run(settings, load, listener, otlp_sending, snapshot_every_s, recorder))
    finally:
        if recorder is not None:
            recorder.close()
    raise SystemExit(code)


async def _run(
    settings: Settings,
    load: Callable[[], Settings],
    listener: MetricsListener,
    otlp: OtlpSending | None,
    snapshot_every_s: float | None,
    recorder: Recorder | None,
) -> int:
    log = EventLog(STDERR)
    watch = Agent(
        settings,
        spawn=lambda: EngineChild.spawn(os.environ, ledger=ledger_path()),
        load=load,
        snapshots=snapshots_folder(),
        log=log.put,
        socket_path=lambda settings: agent_socket(fingerprint(settings)),
        snapshot_every_s=snapshot_every_s,
    )
    watch.peers = Peers(runtime_folder(), os.getpid())
    watch.send_alerts_by(make_notifier(settings))
    exporter = Exporter(
        listener.socket,
        watch.monitor,
        watch.trouble,
        lambda: watch.thresholds,
        lambda: watch.alerting.firing,
        listener.guard,
    )
    watch.exporter = exporter
    if recorder is not None:
        watch.record_to(recorder)
    stop = asyncio.Event()
    codes = _answer_signals(watch, stop)

    def note(level: Level, text: str) -> None:
        log.put(Event(STEADY(), "notice", level, None, text))

    note("info", f"metrics at {listener.url}")
    listener.announce(note)
    if otlp is not None:
        watch.exporter = Exporters((exporter, otlp.exporter(watch, note)))
        note("info", f"sending metrics by OTLP to {otlp.destination} every {otlp.interval_s:g} s")
    try:
        path = incidents_file()
        with kept_incidents(watch.alerting, path, settings, watch.unsent_alerts):
            await watch.run(stop)
    finally:
        watch.peers.close()
        log.close()
    return codes[0]


def _answer_signals(watch: Agent, stop: asyncio.Event) -> list[int]:
    """Answer signals from now on; the first that ends the agent puts the exit code first."""
    loop = asyncio.get_running_loop()
    codes: list[int] = []

    def end(code: int) -> None:
        codes.append(code)
        stop.set()

    loop.add_signal_handler(signal.SIGTERM, end, 0)
    loop.add_signal_handler(signal.SIGINT, end, INTERRUPTED)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # under nohup it stays ignored
        loop.add_signal_handler(signal.SIGHUP, watch.ask_reload)
    return codes
