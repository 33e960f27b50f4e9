"""`relaytop demo`: the monitor on the embedded relay."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

import click

from relaytop.cli import monitor
from relaytop.cli.options import common_options, refuse_flags, screen_options
from relaytop.cli.user_keys import screen_settings
from relaytop.config.merge import with_flags
from relaytop.demo.child import DemoRelay
from relaytop.demo.settings import demo_settings

if TYPE_CHECKING:
    from relaytop.cli.options import Options
    from relaytop.config.settings import Settings


@click.command()
@click.option(
    "--seed",
    metavar="N",
    type=int,
    default=1,
    show_default=True,
    help="Random seed; the same one repeats the incident.",
)
@click.option("--record", type=click.Path(path_type=Path), help="Append every sample to this file.")
@screen_options
@common_options
def demo(seed: int, record: Path | None, options: Options) -> None:
    """Watch a simulated incident: three providers on loopback, no key, no network."""
    refuse_flags(
        options,
        "the demo has its own providers",
        but={"interval_s", "timeout_s", "window", "budget_usd"},
    )
    monitor.require_terminal()
    options = dataclasses.replace(options, record=record or options.record)
    screen = screen_settings(None)
    relay = DemoRelay.spawn(seed)

    def settings() -> Settings:
        watched = with_flags(demo_settings(relay.ports()), options.flags)
        return dataclasses.replace(watched, keys=screen.keys, mouse=screen.mouse)

    try:
        raise SystemExit(
            monitor.watch(
                settings,
                options,
                ledger=None,
            )
        )
    finally:
        relay.stop()
