"""The exporters that are known, each a TOML file, and the user's own."""

from __future__ import annotations

import tomllib
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from pydantic import ValidationError

from relaytop.config.errors import ConfigError, config_errors
from relaytop.config.source_location import Source
from relaytop.config.traffic_schema import BUILT_IN, ExporterTable, validate_exporter
from relaytop.fleet.traffic.exporter import COUNTERS, GAUGE_MARK, HISTOGRAMS, Exporter, Metric

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

UNITS = {"seconds": 1000.0, "milliseconds": 1.0, "percent": 0.01}
"""Unit → the factor to that of the house."""


def load_exporters(own: Mapping[str, ExporterTable]) -> Sequence[Exporter]:
    """Return the exporters in force, the user's own first.

    Args:
        own: Name → its table in the config; laid over the built-in one of that name.
    """
    built_in = {name: read_built_in(name) for name in BUILT_IN}
    tables = {
        name: cast("ExporterTable", {**built_in.get(name, {}), **table})
        for name, table in own.items()
    }
    tables |= {name: table for name, table in built_in.items() if name not in tables}
    return [_exporter(name, table) for name, table in tables.items()]


def read_built_in(name: str) -> ExporterTable:
    """Return the table of an exporter that comes with relaytop."""
    file = resources.files("relaytop.fleet.traffic") / "exporters" / f"{name}.toml"
    return parse_exporter(Source(Path(f"{name}.toml"), file.read_text(encoding="utf-8")))


def parse_exporter(source: Source) -> ExporterTable:
    """Return what a file of the catalogue holds.

    Raises:
        ConfigError: It is no TOML, or holds something that is not valid: file, line and key.
    """
    try:
        return validate_exporter(tomllib.loads(source.text))
    except tomllib.TOMLDecodeError as error:
        sentence = f"{source.path}: TOML syntax error: {error}"
        raise ConfigError(sentence) from None
    except ValidationError as error:
        raise config_errors(
            f"{source.place(*each['loc'])}: {each['msg'].removeprefix('Value error, ')}"
            for each in error.errors(include_url=False, include_input=False)
        ) from None


def _exporter(name: str, table: ExporterTable) -> Exporter:
    """Return an exporter from its table."""
    metrics = {
        figure: _metric(cast("Any", table)[figure], "seconds" if figure in HISTOGRAMS else "count")
        for figure in (*HISTOGRAMS, *COUNTERS)
        if figure in table
    }
    for gauge, metric in table.get("gauges", {}).items():
        metrics[GAUGE_MARK + gauge] = _metric(cast("Any", metric), "count")
    return Exporter(
        name=name,
        models=table["model"],
        metrics=metrics,
        providers=table.get("providers", []),
        failed=table.get("failed", {}),
        exclude=table.get("exclude", {}),
    )


def _metric(table: Mapping[str, Any], unit: str) -> Metric:
    return Metric(
        names=table["metric"],
        where=table.get("where", {}),
        scale=UNITS.get(table.get("unit", unit), 1.0),
        merge=table.get("merge", "sum"),
    )
