"""Whatever a server answers is figures or one sentence."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.fleet.prometheus.answers import read_matrix, read_vector
from relaytop.fleet.prometheus.errors import PrometheusError
from relaytop.fleet.prometheus.series import NativeBucket, NativeHistogram, Range
from tests.support.prometheus import AT, bytes_of

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["NaN", "+Inf", "-Inf", "1", "1e999", 10**400]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["metric", "value", "values", "histogram", "count", "sum", "buckets"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


def success(kind: object, result: object) -> bytes:
    return bytes_of({"status": "success", "data": {"resultType": kind, "result": result}})


def check(body: bytes) -> None:
    """A body is values whose moments are moments, or an error of one line."""
    for read in (read_vector, read_matrix):
        try:
            found = read(body)
        except PrometheusError:
            continue
        for each in found:
            moments = [at for at, _ in each.points] if isinstance(each, Range) else [each.at]
            assert all(0 <= at < math.inf for at in moments)


@given(st.binary())
def test_any_bytes(body: bytes) -> None:
    check(body)


@given(JSON)
def test_any_document(document: object) -> None:
    check(json.dumps(document).encode())


@given(st.sampled_from(["vector", "matrix", "scalar", "string", None]), JSON)
def test_any_result(kind: object, result: object) -> None:
    check(success(kind, result))


@given(JSON, JSON, JSON)
def test_any_element(metric: object, value: object, values: object) -> None:
    element = {"metric": metric, "value": value, "values": values}
    check(success("vector", [element]))
    check(success("matrix", [element]))
    check(success("matrix", [{"metric": {}, "values": [[value, "1"]]}]))


@given(JSON, JSON)
def test_any_error(error: object, kind: object) -> None:
    body = bytes_of({"status": "error", "error": error, "errorType": kind})
    with pytest.raises(PrometheusError) as raised:
        read_vector(body)
    assert str(raised.value).isprintable()


def test_what_is_no_number_is_left_out() -> None:
    elements = [{"metric": {}, "value": [AT, value]} for value in ("NaN", "+Inf", "-Inf", "7")]
    found = [value.value for value in read_vector(success("vector", elements))]
    assert found == [math.inf, -math.inf, 7.0]


@pytest.mark.parametrize("at", ["NaN", "+Inf", -1, 1e300])
def test_a_moment_that_is_none_is_no_answer(at: object) -> None:
    with pytest.raises(PrometheusError, match="not a Prometheus"):
        read_vector(success("vector", [{"metric": {}, "value": [at, "1"]}]))


def test_a_scalar_is_a_vector() -> None:
    (found,) = read_vector(success("scalar", [AT, "3"]))
    assert (found.labels, found.value, found.at) == ({}, 3.0, AT)


def test_a_native_histogram() -> None:
    histogram = {"count": "3", "sum": "1.5", "buckets": [[0, "0.25", "0.5", "1"]]}
    (found,) = read_vector(success("vector", [{"metric": {}, "histogram": [AT, histogram]}]))
    assert found.value == NativeHistogram(3, 1.5, (NativeBucket(0.25, 0.5, 1),))
