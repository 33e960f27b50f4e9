"""The packaged price list, offline: shapes and order, not figures that the market changes."""

import time

import pytest

from relaytop.config.settings import Target
from relaytop.pricing.cost import cost_usd
from relaytop.pricing.estimate import reserve_usd
from relaytop.pricing.list_price import list_price, official_price
from relaytop.wire.facts import Usage

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


@pytest.mark.parametrize(
    "model",
    [
        "gpt-oss-120b",
        "openai/gpt-oss-20b:free",
        "deepseek-r1-distill-llama-70b",
        "deepseek/deepseek-r1-0528-qwen3-8b",
        "deepseek-r1t-chimera",
        "google/gemma-3",
        "gemma-3-27b-it",
        "gemma-3n-e4b-it",
        "mistralai/mistral-small-3.1-24b-instruct",
        "gpt-4.1:free",
        "claude-sonnet-4.5:batch",
    ],
)
def test_what_its_maker_does_not_serve_has_no_official_price(model: str) -> None:
    assert official_price(model, NOW) is None


@pytest.mark.parametrize(
    "model",
    ["gpt-4.1", "o3-2025-04-16", "claude-3.5-haiku", "gemini-2.5-flash", "deepseek-chat"],
)
def test_what_its_maker_serves_has_one(model: str) -> None:
    assert official_price(model, NOW) is not None


def test_a_fee_for_each_request_is_a_price_of_its_own() -> None:
    found = list_price("https://api.perplexity.ai", "sonar", NOW)
    assert found is not None
    assert (found.input, found.output, found.request) == (1.0, 1.0, 0.012)
    usage = Usage(input_tokens=20, output_tokens=10)
    assert cost_usd(usage, found)[0] == pytest.approx(0.01203)
    target = Target(provider="p", model="sonar")
    once, known = reserve_usd(target, found, 10.0)
    assert known
    assert 0.012 < once < 0.0125
