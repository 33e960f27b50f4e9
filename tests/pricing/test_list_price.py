"""The packaged price list, offline: shapes and order, not figures that the market changes."""

import time

import pytest

from relaytop.pricing.list_price import list_price, official_price

NOW = 1_790_000_000.0


@pytest.mark.parametrize(
    ("base_url", "model"),
    [
        ("https://api.openai.com/v1", "gpt-4.1"),
        ("https://api.anthropic.com", "claude-sonnet-4.5"),
        ("https://generativelanguage.googleapis.com", "gemini-2.5-flash"),
        ("https://openrouter.ai/api/v1", "openai/gpt-4.1"),
    ],
)
def test_an_official_api_has_list_prices_of_the_first_tier(base_url: str, model: str) -> None:
    price = list_price(base_url, model, NOW)
    assert price is not None
    assert price.source == "list"
    assert 0 < price.input < price.output < 100
    assert price.cached_input is not None
    assert price.cached_input < price.input


@pytest.mark.parametrize(
    ("base_url", "model"),
    [
        ("https://api.holysheep.ai/v1", "gpt-4.1"),
        ("http://127.0.0.1:9/v1", "gpt-4.1"),
        ("https://api.openai.com/v1", "no-such-model"),
        ("not a url", "gpt-4.1"),
    ],
)
def test_what_is_not_listed_is_unknown(base_url: str, model: str) -> None:
    assert list_price(base_url, model, time.time()) is None


def test_a_model_of_a_relay_is_found_at_its_maker_by_name() -> None:
    assert official_price("openai/gpt-4.1", NOW) == official_price("gpt-4.1", NOW) is not None
    assert official_price("llama-of-mine", NOW) is None
