"""An exporter's table: which of its metrics is what. The shape of a catalogue's file as well.

A metric is a name, several of which the first that exists is taken, or a table that says more.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Required

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, TypeAdapter, with_config
from typing_extensions import TypedDict  # pydantic asks for it before Python 3.12

BUILT_IN = ("litellm", "gen_ai", "vllm", "sglang", "gen_ai_server")
"""Exporters that need no more than their names, nearest to the user first: where several export a
figure, the first one's is taken."""
MAX_NAME = 200
MAX_NAMES = 32


def _name(text: str) -> str:
    if not text or len(text) > MAX_NAME or not text.isprintable() or " " in text:
        message = f"not a valid name of a metric or label: write it as vllm:num_requests_waiting, \
in at most {MAX_NAME} characters, without blanks"
        raise ValueError(message)
    return text


def _value(text: str) -> str:
    if len(text) > MAX_NAME or not text.isprintable():
        message = f"not a valid value of a label: at most {MAX_NAME} printable characters"
        raise ValueError(message)
    return text


def _names(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _metric(value: object) -> object:
    return {"metric": value} if isinstance(value, str | list) else value


Name = Annotated[str, AfterValidator(_name)]
Value = Annotated[str, AfterValidator(_value)]
Names = Annotated[list[Name], Field(min_length=1, max_length=MAX_NAMES), BeforeValidator(_names)]
Values = Annotated[list[Value], Field(max_length=MAX_NAMES), BeforeValidator(_names)]
_table = with_config(ConfigDict(extra="forbid", strict=True))


@_table
class MetricTable(TypedDict, total=False):
    """A counter, in what it counts."""

    metric: Required[Names]
    where: dict[Name, Value]


@_table
class HistogramTable(MetricTable, total=False):
    """A histogram of times; its name is without `_bucket`."""

    unit: Literal["seconds", "milliseconds"]


@_table
class GaugeTable(MetricTable, total=False):
    """A gauge, and how those of several servers become one figure."""

    merge: Literal["sum", "mean", "min", "max"]
    unit: Literal["count", "share", "percent"]


Metric = Annotated[MetricTable, BeforeValidator(_metric)]
Histogram = Annotated[HistogramTable, BeforeValidator(_metric)]
Gauge = Annotated[GaugeTable, BeforeValidator(_metric)]


@_table
class ExporterTable(TypedDict, total=False):
    """`[fleet.traffic.X]`; what is not given is the built-in exporter's of the same name."""

    model: Names
    providers: Names
    latency: Histogram
    ttft: Histogram
    requests: Metric
    successes: Metric
    failures: Metric
    tokens: Metric
    cost: Metric
    failed: dict[Name, Values]
    exclude: dict[Name, Values]
    gauges: dict[Name, Gauge]


def _complete(tables: dict[str, ExporterTable]) -> dict[str, ExporterTable]:
    """Refuse an exporter of a new name that does not say which label is the model."""
    for name, table in tables.items():
        if name not in BUILT_IN and not ("model" in table and table.keys() & _METRICS):
            message = (
                f"{name} needs the label of the model and a metric: "
                f'model = "model", latency = "x_seconds"; built in: {", ".join(BUILT_IN)}'
            )
            raise ValueError(message)
    return tables


_METRICS = frozenset(ExporterTable.__annotations__) - {"model", "providers", "failed", "exclude"}
Exporters = Annotated[dict[Name, ExporterTable], AfterValidator(_complete)]
_EXPORTER = TypeAdapter(ExporterTable)


def validate_exporter(document: dict[str, Any]) -> ExporterTable:
    """Return the validated content of one exporter's file.

    Raises:
        pydantic.ValidationError: Something in it is not valid.
    """
    return _EXPORTER.validate_python(document)
