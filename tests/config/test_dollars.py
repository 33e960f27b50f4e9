import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.config.dollars import MOST_USD, parse_dollars


@pytest.mark.parametrize(
    ("text", "usd"),
    [
        ("2", 2.0),
        ("0", 0.0),
        (" $2.50 ", 2.5),
        ("$ 3", 3.0),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("-0", 0),
    ],
)
def test_an_amount(text: str, usd: float) -> None:
    assert parse_dollars(text) == usd


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "an amount is required"),
        ("abc", "'abc' is not an amount: write USD as 2.50"),
        ("2,50", "'2,50' is not an amount"),
        ("1_000", "is not an amount"),
        ("nan", "is not an amount"),
        ("-1", "out of range: from 0 to 1,000,000 USD"),
        ("inf", "out of range: from 0 to"),
        ("1000001", "out of range: from 0 to"),
    ],
)
def test_what_is_none_says_so(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence.replace("$", r"\$")):
        parse_dollars(text)


@given(st.text(max_size=60))
def test_whatever_is_typed_is_an_amount_or_a_short_sentence(text: str) -> None:
    try:
        usd, sentence = parse_dollars(text), ""
    except ValueError as error:
        usd, sentence = 0.0, str(error)
    assert 0 <= usd <= MOST_USD
    assert len(sentence) < 200
