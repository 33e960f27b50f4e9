"""Answers of Prometheus' query API, read and checked.

What is not understood is an error, never a figure. Labels are cleaned; what a server would need to
fool a terminal is gone from them, and two that differ stay apart.
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from relaytop.fleet.prometheus.errors import PrometheusError
from relaytop.fleet.prometheus.labels import clean_label
from relaytop.fleet.prometheus.series import NativeBucket, NativeHistogram, Range, Value
from relaytop.wire.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterable

LAST_MOMENT = 253_402_300_799.0
"""The end of the year 9999; later moments are none."""
NOT_PROMETHEUS = "not a Prometheus: its answer is not JSON of the query API"
_TOO_MUCH = ("too many samples", "exceeded maximum", "exceeds the limit", "maxqueryseries", "limit")


def read_vector(body: bytes) -> list[Value]:
    """Return the instant vector of an answer; a scalar is a vector of one element.

    Raises:
        PrometheusError: It is none, or an error.
    """
    kind, result = _data(body)
    if kind == "scalar":
        at, value = _pair(result)
        return [Value({}, _number(value), _moment(at))]
    if kind != "vector" or not isinstance(result, list):
        raise PrometheusError(NOT_PROMETHEUS)
    return [value for value in map(_value, result) if value is not None]


def read_matrix(body: bytes) -> list[Range]:
    """Return the range vector of an answer.

    Raises:
        PrometheusError: It is none, or an error.
    """
    kind, result = _data(body)
    if kind != "matrix" or not isinstance(result, list):
        raise PrometheusError(NOT_PROMETHEUS)
    return [_range(each) for each in result]


def _data(body: bytes) -> tuple[str, Any]:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        raise PrometheusError(NOT_PROMETHEUS) from None
    if not isinstance(document, dict) or "status" not in document:
        raise PrometheusError(NOT_PROMETHEUS)
    if document["status"] != "success":
        raise refusal(document)
    data = document.get("data")
    if not isinstance(data, dict):
        raise PrometheusError(NOT_PROMETHEUS)
    return str(data.get("resultType")), data.get("result")


def refusal(document: dict[str, Any]) -> PrometheusError:
    """Return the error that a document of the query API tells of."""
    words = clean(str(document.get("error") or document.get("errorType") or "no reason given"))
    if any(sign in words.lower() for sign in _TOO_MUCH):
        sentence = f"a query was refused for its size: {words}; narrow it with --match"
        return PrometheusError(sentence, asks_less=True)
    if "timed out" in words or document.get("errorType") == "timeout":
        return PrometheusError(f"a query took too long: {words}", asks_less=True)
    return PrometheusError(f"it refuses a query: {words}")


def _value(element: object) -> Value | None:
    """Return one element of an instant vector; None where its value is no number."""
    if not isinstance(element, dict):
        raise PrometheusError(NOT_PROMETHEUS)
    labels = _labels(element.get("metric"))
    if "histogram" in element:
        at, histogram = _pair(element["histogram"])
        return Value(labels, _histogram(histogram), _moment(at))
    at, value = _pair(element.get("value"))
    found = _number(value)
    moment = _moment(at)
    return None if math.isnan(found) else Value(labels, found, moment)


def _range(element: object) -> Range:
    if not isinstance(element, dict):
        raise PrometheusError(NOT_PROMETHEUS)
    values = element.get("values", [])
    if not isinstance(values, list):
        raise PrometheusError(NOT_PROMETHEUS)
    found = [(_moment(at), _number(value)) for at, value in map(_pair, values)]
    points = [(at, value) for at, value in found if not math.isnan(value)]
    return Range(_labels(element.get("metric")), points)


def _pair(value: object) -> tuple[object, object]:
    if isinstance(value, list) and len(value) == 2:  # noqa: PLR2004 - a moment and a value
        return value[0], value[1]
    raise PrometheusError(NOT_PROMETHEUS)


def _number(value: object) -> float:
    """Return a number as Prometheus writes it: a string, `NaN`, `+Inf` and `-Inf` among them."""
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        try:
            return float(value)
        except (ValueError, OverflowError):
            pass
    raise PrometheusError(NOT_PROMETHEUS)


def _moment(value: object) -> float:
    """Return Unix seconds; a moment that is none would be taken for a difference of clocks."""
    at = _number(value)
    if 0 <= at <= LAST_MOMENT:
        return at
    raise PrometheusError(NOT_PROMETHEUS)


def _labels(metric: object) -> dict[str, str]:
    if not isinstance(metric, dict) or not all(isinstance(v, str) for v in metric.values()):
        raise PrometheusError(NOT_PROMETHEUS)
    return {str(name): clean_label(value) for name, value in metric.items()}


def _histogram(value: object) -> NativeHistogram:
    if not isinstance(value, dict):
        raise PrometheusError(NOT_PROMETHEUS)
    buckets = value.get("buckets", [])
    if not isinstance(buckets, list):
        raise PrometheusError(NOT_PROMETHEUS)
    found = tuple(_buckets(buckets))
    return NativeHistogram(_number(value.get("count")), _number(value.get("sum")), found)


def _buckets(buckets: Iterable[object]) -> Iterable[NativeBucket]:
    for bucket in buckets:
        if not isinstance(bucket, list) or len(bucket) != 4:  # noqa: PLR2004 - see the API
            raise PrometheusError(NOT_PROMETHEUS)
        yield NativeBucket(*map(_number, bucket[1:]))
