from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.config.settings import Price
from relaytop.pricing.bundled_prices import read_bundled
from relaytop.pricing.mix import parse_mix, parse_tokens
from relaytop.pricing.roi import ModelTokens, Month, compare_month, split_tokens

RELAY, QUOTED = read_bundled("holysheep").prices, read_bundled("quoted").prices
MIX = parse_mix("gpt-4.1=0.3,claude-sonnet-4.5=0.2,gemini-2.5-flash=0.4,deepseek-v3.2=0.1")
QUARTER = Decimal("0.25")


def one(tokens: int, official: Price, relay: Price) -> Month:
    used = split_tokens(tokens, {"m": Decimal(1)}, QUARTER)
    return compare_month(tokens, used, {"m": official}, {"m": relay})


def test_the_articles_example_to_the_cent() -> None:
    found = compare_month(50_000_000, split_tokens(50_000_000, MIX, QUARTER), QUOTED, RELAY)
    assert (found.official_usd, found.relay_usd) == (Decimal("2114.0"), Decimal("322.1"))
    assert found.saved_usd == Decimal("1791.90")
    assert found.saved_year_usd == Decimal("21502.80")
    assert round(found.saved_share or 0, 3) == Decimal("0.848")
    assert [line.model for line in found.models] == [*MIX]
    assert [int(line.tokens) for line in found.models] == [
        15_000_000,
        10_000_000,
        20_000_000,
        5_000_000,
    ]
    saved = [f"{line.saved_usd:.2f}" for line in found.models]
    assert saved == ["780.00", "750.00", "250.00", "11.90"]
    assert found.models[3].saved_share == Decimal("0.85")


def test_payback_and_the_first_years_return() -> None:
    found = compare_month(50_000_000, split_tokens(50_000_000, MIX, QUARTER), QUOTED, RELAY)
    assert found.payback_months(Decimal("1791.90")) == 1
    assert found.roi(Decimal("1791.90")) == 11
    assert found.roi(Decimal("21502.80")) == 0
    assert found.roi(Decimal(0)) is None


@pytest.mark.parametrize(
    ("size", "official", "relay"), [("1M", 60, 8), ("10M", 600, 80), ("100M", 6000, 800)]
)
def test_one_model_at_several_sizes(size: str, official: int, relay: int) -> None:
    (tokens,) = parse_tokens(size)
    found = compare_month(
        tokens, split_tokens(tokens, {"gpt-4.1": Decimal(1)}, QUARTER), QUOTED, RELAY
    )
    assert found.official_usd == official
    assert found.relay_usd == relay


def test_input_and_output_have_prices_of_their_own() -> None:
    found = one(1_000_000, Price(2.0, 8.0), Price(4.0, 4.0))
    assert (found.official_usd, found.relay_usd) == (Decimal("3.5"), Decimal(4))


def test_each_model_has_its_own_share_of_output() -> None:
    used = {
        "a": ModelTokens(Decimal(10**6), Decimal(0)),
        "b": ModelTokens(Decimal(0), Decimal(10**6)),
    }
    official = {"a": Price(1.0, 100.0), "b": Price(100.0, 2.0)}
    free = {"a": Price(0.0, 0.0), "b": Price(0.0, 0.0)}
    found = compare_month(2 * 10**6, used, official, free)
    assert [line.official_usd for line in found.models] == [1, 2]


def test_nothing_saved_is_never_paid_back() -> None:
    dearer, same = one(10**6, Price(1.0, 1.0), Price(2.0, 2.0)), one(10**6, *[Price(1.0, 1.0)] * 2)
    assert dearer.saved_usd == -1
    assert dearer.saved_share == -1
    assert same.saved_usd == 0
    assert dearer.payback_months(Decimal(1)) is same.payback_months(Decimal(1)) is None
    assert dearer.roi(Decimal(1)) == -13
    assert same.roi(Decimal(1)) == -1


def test_the_share_of_nothing_is_unknown() -> None:
    free = one(10**6, Price(0.0, 0.0), Price(2.0, 2.0))
    assert free.saved_share is free.models[0].saved_share is None


def test_rounded_shares_are_scaled_to_the_whole() -> None:
    third = Decimal("0.333")
    used = split_tokens(3_000_000, {"a": third, "b": third, "c": third}, QUARTER)
    assert {part.total for part in used.values()} == {1_000_000}


@given(
    st.integers(1, 10**15),
    st.floats(0, 10**6, allow_subnormal=False).map(lambda rate: round(rate, 4)),
    st.decimals(0, 1, places=4),
)
def test_one_rate_for_both_costs_the_same_whatever_is_output(
    tokens: int, rate: float, output_share: Decimal
) -> None:
    prices = {"m": Price(rate, rate)}
    used = split_tokens(tokens, {"m": Decimal(1)}, output_share)
    found = compare_month(tokens, used, prices, prices)
    assert round(found.official_usd - tokens * Decimal(f"{rate:.4f}") / 10**6, 6) == 0
    assert found.saved_usd == 0
