"""Refusals about a gateway's own header, and those about something else."""

import pytest

from relaytop.jobs.check.gateway_headers import header_demand
from relaytop.wire.facts import Failure
from tests.jobs.check.support import provider


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("auth", "Incorrect API key provided: sk-x-y-z"),
        ("auth", "Missing bearer or basic authentication in header"),
        ("auth", "You need to provide your API key in an Authorization header using Bearer auth"),
        ("auth", "Unauthorized"),
        ("auth", ""),
        ("bad_request", "Invalid model x-ai/grok-4: not found"),
        ("bad_request", "invalid model gpt-4.1-mini"),
        ("bad_request", "Invalid request (x-request-id: 7f3a)"),
        ("not_found", "x-portkey-provider header is required"),
        ("rate_limited", "x-ratelimit-remaining-requests header is missing"),
    ],
)
def test_other_refusals(kind: str, message: str) -> None:
    assert header_demand(Failure(kind, message), provider()) is None


@pytest.mark.parametrize(
    ("url", "message", "remedy"),
    [
        (
            "https://gateway.ai.cloudflare.com/v1/a/g/openai",
            "Unauthorized",
            'headers = { "cf-aig-authorization" = "Bearer …" }',
        ),
        (
            "https://oai.helicone.ai/v1",
            "HTTP 401 without a body",
            'headers = { "Helicone-Auth" = "Bearer …" }',
        ),
        (
            "https://corp.azure-api.net/openai",
            "Access denied due to invalid subscription key. Make sure to provide a valid key",
            'headers = { "Ocp-Apim-Subscription-Key" = "…" }',
        ),
        ("https://h/v1", "anthropic-version: header is required", 'api = "anthropic"'),
        ("https://h/v1", "x-api-key header is required", 'headers = { "x-api-key" = "…" }'),
        ("https://h/v1", "Required header 'X-Tenant' is not present.", '"X-Tenant"'),
        ("https://h/v1", "header x-portkey-virtual-key is missing", '"x-portkey-virtual-key"'),
    ],
)
def test_what_it_asks_for(url: str, message: str, remedy: str) -> None:
    found = header_demand(Failure("auth", message), provider(url))
    assert found is not None
    assert remedy in found[1]


def test_a_header_that_is_sent_and_refused() -> None:
    one = provider(headers={"X-Portkey-Provider": "opnai"}, name="my relay")
    found = header_demand(Failure("bad_request", "Invalid x-portkey-provider passed"), one)
    assert found is not None
    assert found[1] == 'fix it: `headers` under [providers."my relay"]'


def test_a_header_that_the_api_sends_itself() -> None:
    one = provider(api="anthropic")
    assert header_demand(Failure("auth", "invalid x-api-key"), one) is None
