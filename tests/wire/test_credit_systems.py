"""What each system tells of what is left, in the forms that it answers in; ids are replaced."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.config.settings import Provider
from relaytop.wire.credit_systems import SYSTEMS, CreditSystem, systems_for
from relaytop.wire.facts import CreditFacts

OPENROUTER_KEY = {
    "data": {
        "label": "sk-or-v1-0e6...1c96",
        "limit": 20,
        "limit_remaining": 14.5,
        "limit_reset": None,
        "usage": 5.5,
        "is_free_tier": False,
        "rate_limit": {"requests": -1, "interval": "10s", "note": "deprecated"},
    }
}
NO_LIMIT = {"data": {**OPENROUTER_KEY["data"], "limit": None, "limit_remaining": None}}
CREDITS = {"data": {"total_credits": 100.5, "total_usage": 88.25}}
FORMS: dict[str, tuple[str, str, list[object], CreditFacts | None]] = {
    "openrouter: the account is the smaller": (
        "openrouter",
        "https://openrouter.ai/api/v1",
        [OPENROUTER_KEY, CREDITS],
        CreditFacts("USD", 12.25, 100.5, 88.25),
    ),
    "openrouter: the key's limit is the smaller": (
        "openrouter",
        "https://openrouter.ai/api/v1",
        [OPENROUTER_KEY, {"data": {"total_credits": 100.5, "total_usage": 10}}],
        CreditFacts("USD", 14.5, 20.0, 5.5),
    ),
    "openrouter: a key that may not see the account": (
        "openrouter",
        "https://openrouter.ai/api/v1",
        [OPENROUTER_KEY, None],
        CreditFacts("USD", 14.5, 20.0, 5.5),
    ),
    "openrouter: no limit, account unseen": (
        "openrouter",
        "https://openrouter.ai/api/v1",
        [NO_LIMIT, None],
        CreditFacts("USD"),
    ),
    "deepseek": (
        "deepseek",
        "https://api.deepseek.com/v1",
        [
            {
                "is_available": True,
                "balance_infos": [
                    {
                        "currency": "CNY",
                        "total_balance": "110.00",
                        "granted_balance": "10.00",
                        "topped_up_balance": "100.00",
                    },
                    {"currency": "USD", "total_balance": "0.00"},
                ],
            }
        ],
        CreditFacts("CNY", 110.0),
    ),
    "deepseek, in other currencies": (
        "deepseek",
        "https://api.deepseek.com/v1",
        [
            {
                "balance_infos": [
                    {"currency": "gbp", "total_balance": "7.50"},
                    {"currency": None, "total_balance": "99"},
                    {"total_balance": "99"},
                ]
            }
        ],
        CreditFacts("GBP", 7.5),
    ),
    "siliconflow": (
        "siliconflow",
        "https://api.siliconflow.cn/v1",
        [
            {
                "code": 20000,
                "message": "OK",
                "status": True,
                "data": {
                    "id": "userid",
                    "balance": "0.88",
                    "status": "normal",
                    "chargeBalance": "88.00",
                    "totalBalance": "88.88",
                },
            }
        ],
        CreditFacts("CNY", 88.88),
    ),
    "siliconflow, abroad": (
        "siliconflow",
        "https://api.siliconflow.com/v1",
        [{"code": 20000, "data": {"totalBalance": "5"}}],
        CreditFacts("USD", 5.0),
    ),
    "moonshot": (
        "moonshot",
        "https://api.moonshot.cn/v1",
        [
            {
                "code": 0,
                "data": {
                    "available_balance": 49.58894,
                    "voucher_balance": 46.58893,
                    "cash_balance": 3.00001,
                },
                "scode": "0x0",
                "status": True,
            }
        ],
        CreditFacts("CNY", 49.58894),
    ),
    "moonshot, in debt": (
        "moonshot",
        "https://api.moonshot.ai/v1",
        [{"code": 0, "data": {"available_balance": -0.31}}],
        CreditFacts("USD", -0.31),
    ),
    "new-api": (
        "new-api",
        "https://relay.example/v1",
        [
            {
                "object": "billing_subscription",
                "has_payment_method": True,
                "soft_limit_usd": 25.0,
                "hard_limit_usd": 25.0,
                "system_hard_limit_usd": 25.0,
                "access_until": 0,
            },
            {"object": "list", "total_usage": 1275},
        ],
        CreditFacts("USD", 12.25, 25.0, 12.75),
    ),
    "new-api, a key without a limit": (
        "new-api",
        "https://relay.example/v1",
        [{"hard_limit_usd": 100_000_000}, {"total_usage": 100}],
        CreditFacts("USD", None, None, 1.0),
    ),
    "new-api, more than anything": (
        "new-api",
        "https://relay.example/v1",
        [{"hard_limit_usd": 1e15}, {"total_usage": 100}],
        CreditFacts("USD", None, None, 1.0),
    ),
    "new-api, no number": (
        "new-api",
        "https://relay.example/v1",
        [{"hard_limit_usd": float("nan")}, {"total_usage": 100}],
        None,
    ),
    "litellm": (
        "litellm",
        "https://litellm.example",
        [
            {
                "key": "0b5e…",
                "info": {
                    "key_name": "sk-...aaaa",
                    "spend": 2.5,
                    "max_budget": 10.0,
                    "budget_duration": "30d",
                    "team_id": None,
                },
            }
        ],
        CreditFacts("USD", 7.5, 10.0, 2.5),
    ),
    "litellm, a key without a budget": (
        "litellm",
        "https://litellm.example",
        [{"info": {"spend": 2.5, "max_budget": None}}],
        CreditFacts("USD", None, None, 2.5),
    ),
    "litellm, the budget of the key's tier": (
        "litellm",
        "https://litellm.example",
        [
            {
                "info": {
                    "spend": 2.5,
                    "max_budget": None,
                    "budget_id": "tier-1",
                    "litellm_budget_table": {"budget_id": "tier-1", "max_budget": 10.0},
                }
            }
        ],
        CreditFacts("USD", 7.5, 10.0, 2.5),
    ),
}
BY_NAME = {system.name: system for system in SYSTEMS}


@pytest.mark.parametrize(("name", "base_url", "documents", "expected"), FORMS.values(), ids=FORMS)
def test_each_form(name: str, base_url: str, documents: list[object], expected: object) -> None:
    provider = Provider(name="p", base_url=base_url)
    system = BY_NAME[name]
    assert len(system.urls(provider)) == len(documents)
    assert system.read(documents, provider) == expected


@pytest.mark.parametrize("name", BY_NAME)
@pytest.mark.parametrize(
    "base_url",
    ["https://api.siliconflow.cn/v1", "http://127.0.0.1:9/v1", "http://127.0.0.1:9/api/v1"],
)
def test_only_the_providers_own_host_is_asked(name: str, base_url: str) -> None:
    origin = "/".join(base_url.split("/")[:3])
    urls = BY_NAME[name].urls(Provider(name="p", base_url=base_url))
    assert all(url.startswith(f"{origin}/") for url in urls)


@pytest.mark.parametrize(
    ("name", "base_url", "url"),
    [
        ("deepseek", "https://api.deepseek.com", "https://api.deepseek.com/user/balance"),
        ("deepseek", "https://api.deepseek.com/v1", "https://api.deepseek.com/user/balance"),
        ("deepseek", "https://api.deepseek.com/beta", "https://api.deepseek.com/user/balance"),
        ("deepseek", "https://api.deepseek.com/anthropic", "https://api.deepseek.com/user/balance"),
        ("openrouter", "https://openrouter.ai/api", "https://openrouter.ai/api/v1/key"),
        ("openrouter", "https://openrouter.ai/api/v1", "https://openrouter.ai/api/v1/key"),
        (
            "moonshot",
            "https://api.moonshot.ai/anthropic",
            "https://api.moonshot.ai/v1/users/me/balance",
        ),
        ("litellm", "https://relay.example/llm/anthropic", "https://relay.example/llm/key/info"),
        (
            "new-api",
            "https://relay.example/v1beta",
            "https://relay.example/v1/dashboard/billing/subscription",
        ),
    ],
)
def test_the_pages_are_where_they_are_whichever_api_is_probed(
    name: str, base_url: str, url: str
) -> None:
    assert BY_NAME[name].urls(Provider(name="p", base_url=base_url))[0] == url


def test_no_form_is_taken_for_another() -> None:
    for name, _base_url, documents, _expected in FORMS.values():
        for system in SYSTEMS:
            provider = Provider(name="p", base_url="https://relay.example/v1")
            asked = [*documents, None][: len(system.urls(provider))]
            if system.name != name:
                assert system.read([*asked, None][:2], provider) is None, (name, system.name)


@pytest.mark.parametrize(
    ("base_url", "names"),
    [
        ("https://openrouter.ai/api/v1", ["openrouter"]),
        ("https://api.deepseek.com", ["deepseek"]),
        ("https://api.moonshot.ai/v1", ["moonshot"]),
        ("https://api.openai.com/v1", []),
        ("https://my.openai.azure.com/openai/v1", []),
        ("https://bedrock-mantle.us-east-1.api.aws/openai/v1", []),
        ("https://relay.example/v1", ["new-api", "litellm"]),
        ("https://openrouter.ai.example/v1", ["new-api", "litellm"]),
    ],
)
def test_a_host_is_asked_as_what_it_may_be(base_url: str, names: list[str]) -> None:
    found = [system.name for system in systems_for(Provider(name="p", base_url=base_url))]
    assert found[: len(names)] == names
    assert bool(found) == bool(names)


figures = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
documents_ = st.recursive(
    figures,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "data",
                    "info",
                    "usage",
                    "limit",
                    "limit_remaining",
                    "total_credits",
                    "total_usage",
                    "balance_infos",
                    "currency",
                    "total_balance",
                    "totalBalance",
                    "available_balance",
                    "hard_limit_usd",
                    "spend",
                    "max_budget",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=10,
)


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda system: system.name)
@given(first=documents_, second=documents_)
def test_any_document_is_facts_or_nothing(system: CreditSystem, first: Any, second: Any) -> None:
    provider = Provider(name="p", base_url="https://relay.example/v1")
    found = system.read([first, second], provider)
    if found is not None:
        for figure in (found.remaining, found.limit, found.used):
            assert figure is None or abs(figure) <= 2e9
        assert found.unit.isalpha()
        json.dumps([found.remaining, found.limit, found.used], allow_nan=False)
