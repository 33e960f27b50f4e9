"""`--otlp`: what the flag, the config and the environment say about sending metrics by OTLP."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from relaytop.config.urls import checked_endpoint

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from relaytop.config.settings import Settings
    from relaytop.export.otlp.exporter import OtlpExporter
    from relaytop.monitor.event import Level
    from relaytop.watch.agent.agent import Agent


def otlp_endpoint(value: str) -> str:
    """Read a collector's URL; empty where the flag has none.

    Raises:
        click.BadParameter: It is no URL.
    """
    try:
        return checked_endpoint(value) if value else ""
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


@dataclass(frozen=True, slots=True)
class OtlpSending:
    """What is sent where."""

    endpoint: str | None
    """None: OpenTelemetry's variables hold."""
    interval_s: float

    @property
    def destination(self) -> str:
        """The collector, in words that hold no secret."""
        return "the OTEL_EXPORTER_OTLP_* endpoint" if self.endpoint is None else self.endpoint

    def exporter(self, watch: Agent, note: Callable[[Level, str], None]) -> OtlpExporter:
        """Return the exporter of a watch.

        Args:
            watch: What is sent.
            note: Called from any thread with a line for the log.
        """
        from relaytop.export.metrics import Metrics  # noqa: PLC0415 - only when it is wanted
        from relaytop.export.otlp.exporter import OtlpExporter  # noqa: PLC0415 - as above

        metrics = Metrics(
            watch.monitor,
            lambda: watch.trouble() is None,
            lambda: watch.thresholds,
            lambda: watch.alerting.firing,
        )
        return OtlpExporter(metrics, lambda: watch.settings, self.endpoint, self.interval_s, note)


def make_otlp_sending(
    flag: str | None, settings: Settings, environ: Mapping[str, str]
) -> OtlpSending | None:
    """Return what to send where; None where nobody asks for it.

    Args:
        flag: The value of `--otlp`; empty: it has none.
        settings: The config's.
        environ: The environment.

    Raises:
        RelaytopError: The libraries are missing, or a variable is not valid.
    """
    endpoint = flag or settings.otlp.endpoint
    if flag is None and endpoint is None:
        return None
    from relaytop.export.otlp.endpoint import interval_s, require_otlp  # noqa: PLC0415 - if wanted

    require_otlp()
    return OtlpSending(endpoint, interval_s(environ))
