import contextlib
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.pricing.mix import TOLERANCE, parse_mix, parse_number, parse_tokens

UNITS = {"": 1, "k": 10**3, "K": 10**3, "M": 10**6, "m": 10**6, "B": 10**9, "b": 10**9}


@pytest.mark.parametrize(
    ("text", "tokens"),
    [("50M", [50_000_000]), ("1.5b, 800k,7", [1_500_000_000, 800_000, 7]), ("0.5k", [500])],
)
def test_amounts(text: str, tokens: list[int]) -> None:
    assert parse_tokens(text) == tokens


@given(
    st.lists(st.tuples(st.integers(1, 10**15 - 1), st.sampled_from([*UNITS])), min_size=1),
)
def test_every_amount_is_exact(written: list[tuple[int, str]]) -> None:
    text = ", ".join(f"{count}{unit}" for count, unit in written)
    assert parse_tokens(text) == [count * UNITS[unit] for count, unit in written]


@pytest.mark.parametrize("text", ["", "-5", "0", "5X", "1,,2", "1e9", "M", "nan", "٣M", "1.5"])
def test_no_amounts(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not an amount of tokens: write 800k, 50M or 1\.5B"):
        parse_tokens(text)


def test_shares_are_what_was_written() -> None:
    found = parse_mix("gpt-4.1=0.7, openai/a=b = .3")
    assert found == {"gpt-4.1": Decimal("0.7"), "openai/a=b": Decimal("0.3")}


@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=20))
def test_shares_that_add_up_are_a_mix(weights: list[int]) -> None:
    whole = sum(weights)
    shares = {f"m{i}": round(Decimal(weight) / whole, 9) for i, weight in enumerate(weights)}
    text = ",".join(f"{model}={share:f}" for model, share in shares.items())
    assert parse_mix(text) == shares
    assert abs(sum(shares.values(), Decimal(-1))) <= TOLERANCE


@pytest.mark.parametrize("text", ["a=0.999", "a=0.5,b=0.501", "a=0.333,b=0.333,c=0.333"])
def test_shares_may_be_rounded(text: str) -> None:
    assert parse_mix(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("gpt", "is not a share"),
        ("=0.5", "is not a share"),
        ("a=0.5,", "is not a share"),
        ("a=0.5,a=0.5", "given twice"),
        ("a=0.5", "add up to 0.5, not to 1"),
        ("a=0.5,b=0.5011", "add up to 1.0011, not to 1"),
        ("a=1.5", "above 0, at most 1"),
        ("a=0,b=1", "above 0, at most 1"),
        ("a=-0.5,b=1.5", "above 0, at most 1"),
        ("a=NaN", "above 0, at most 1"),
        ("a=1e-999999", "above 0, at most 1"),
        ("a=0_1", "above 0, at most 1"),
        ("a=", "above 0, at most 1"),
    ],
)
def test_no_mixes(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        parse_mix(text)


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    for parse in (parse_tokens, parse_mix):
        with contextlib.suppress(ValueError):
            assert parse(text)


@given(st.decimals(0, 10**11, places=6))
def test_numbers_are_what_was_written(number: Decimal) -> None:
    assert parse_number(f" {number:f} ") == number


@pytest.mark.parametrize("text", ["", ".", "-1", "+1", "1e3", "nan", "inf", "1,000", "1_000", "٣"])
def test_no_numbers(text: str) -> None:
    assert parse_number(text) is None
