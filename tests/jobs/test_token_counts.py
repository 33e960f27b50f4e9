"""Two counts of one prompt that are too far apart."""

from hypothesis import given
from hypothesis import strategies as st

from relaytop.jobs.token_counts import token_remark


@given(low=st.integers(1, 10_000), more=st.floats(0, 0.149))
def test_up_to_15_percent_is_not_told(low: int, more: float) -> None:
    assert token_remark({"a/m": low, "b/m": low * (1 + more)}) is None


@given(low=st.integers(1, 10_000), more=st.floats(0.151, 10))
def test_more_than_that_is_in_whatever_order(low: int, more: float) -> None:
    counts = {"a/m": low * (1 + more), "b/m": float(low)}
    found = token_remark(counts)
    assert found is not None
    assert found.startswith("a/m counts ")
    assert found.endswith("the count alone cannot tell which")
    assert token_remark(dict(reversed(counts.items()))) == found


def test_what_is_unknown_is_not_compared() -> None:
    assert token_remark({}) is None
    assert token_remark({"a/m": 12}) is None
    assert token_remark({"a/m": 12, "b/m": 0}) is None
