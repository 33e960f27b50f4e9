"""Where OTLP goes: a flag, the config, or OpenTelemetry's own variables."""

from __future__ import annotations

import math
from importlib.util import find_spec
from typing import TYPE_CHECKING

from relaytop.config.errors import RelaytopError

if TYPE_CHECKING:
    from collections.abc import Mapping

PATH = "/v1/metrics"
INTERVAL = "OTEL_METRIC_EXPORT_INTERVAL"
DEFAULT_INTERVAL_S = 60.0
_LIBRARIES = ("opentelemetry.sdk", "opentelemetry.exporter.otlp.proto.http")


def require_otlp() -> None:
    """Check that the libraries are installed.

    Raises:
        RelaytopError: One is not.
    """
    try:
        missing = any(find_spec(name) is None for name in _LIBRARIES)
    except ModuleNotFoundError:  # a parent of it
        missing = True
    if missing:
        message = "OTLP needs OpenTelemetry's SDK and exporter: pip install 'relaytop[otlp]'"
        raise RelaytopError(message)


def metrics_url(endpoint: str | None) -> str | None:
    """Return the URL for metrics of a collector's; None stays None: the variables hold."""
    if endpoint is None or endpoint.endswith(PATH):
        return endpoint
    return f"{endpoint.rstrip('/')}{PATH}"


def interval_s(environ: Mapping[str, str]) -> float:
    """Return the seconds between two exports.

    Raises:
        RelaytopError: The variable holds no duration.
    """
    given = environ.get(INTERVAL)
    if not given:
        return DEFAULT_INTERVAL_S
    try:
        interval = float(given) / 1000
    except ValueError:
        interval = math.nan
    if not 0.1 <= interval <= 86_400:  # noqa: PLR2004 - a day; NaN is in no range
        message = f"{INTERVAL} is not valid: write milliseconds, from 100 to 86400000"
        raise RelaytopError(message)
    return interval
