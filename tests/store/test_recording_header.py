"""The head of a recording."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.config.settings import Thresholds, Window
from relaytop.store.recording_header import SCHEMA, header_lines, read_header
from tests.support.samples import settings

windows = st.one_of(
    st.floats(1, 1e6).map(lambda s: Window(seconds=s)),
    st.integers(1, 1_000_000).map(lambda n: Window(seconds=None, count=n)),
)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@given(windows, st.integers(10, 1_000_000), st.floats(0, 1e6))
def test_it_comes_back_as_it_was_written(window: Window, history: int, budget_usd: float) -> None:
    watched = settings(window=window, history=history, budget_usd=budget_usd)
    header = read_header(header_lines(watched, "ops-1").partition(b"\n")[0])
    assert header is not None
    assert (header.schema, header.window, header.history) == (SCHEMA, window, history)
    assert header.budget_usd == budget_usd


def test_a_line_for_each_target_follows() -> None:
    watched = settings("a/m", "b/n", thresholds=Thresholds(p95_ms=7.0))
    _head, *targets = header_lines(watched, "ops-1").splitlines()
    assert [json.loads(line)[""] for line in targets] == ["Add", "Add"]
    assert b"7.0" in targets[0]
    assert b"127.0.0.1" not in header_lines(watched, "ops-1")


@given(st.binary(max_size=100))
def test_a_line_that_is_none_is_none(line: bytes) -> None:
    assert read_header(line) is None


@given(st.dictionaries(st.sampled_from(["schema", "relaytop", "window", "history", "budget_usd"]),
                       anything))  # fmt: skip
def test_odd_values_are_no_header_or_a_sound_one(fields: dict[str, Any]) -> None:
    header = read_header(json.dumps({"": "Recording", **fields}).encode())
    if header is not None and header.schema <= SCHEMA:
        assert 10 <= header.history <= 1_000_000
        assert (header.window.seconds is None) != (header.window.count is None)


@pytest.mark.parametrize(
    "change",
    [
        {"schema": True},
        {"schema": "1"},
        {"relaytop": 1},
        {"window": {}},
        {"window": {"seconds": 60.0, "count": 5}},
        {"window": {"seconds": float("nan")}},
        {"window": {"count": 0}},
        {"history": 1e300},
        {"history": 9},
        {"budget_usd": -1},
        {"budget_usd": float("inf")},
    ],
    ids=str,
)
def test_a_bad_value_is_no_header(change: dict[str, Any]) -> None:
    document = json.loads(header_lines(settings(), "ops-1").partition(b"\n")[0])
    assert read_header(json.dumps(document).encode()) is not None
    assert read_header(json.dumps({**document, **change}).encode()) is None


def test_of_a_newer_schema_only_that_is_read() -> None:
    header = read_header(b'{"":"Recording","schema":2,"relaytop":"9.0","window":"new"}')
    assert header is not None
    assert (header.schema, header.relaytop) == (2, "9.0")
