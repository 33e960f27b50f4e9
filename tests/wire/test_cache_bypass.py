"""Requests that ask not to be answered from a cache."""

import pytest

from relaytop.config.settings import APIS, Provider, Target
from relaytop.wire.apis import api_named

FORCE_REFRESH = ("x-portkey-cache-force-refresh", "true")
SKIP_CACHE = ("cf-aig-skip-cache", "true")
NO_STORE = ("Cache-Control", "no-store")


def headers(provider: Provider, *, unique: bool = True) -> list[tuple[str, str]]:
    target = Target(provider="p", model="m", unique=unique)
    return api_named(provider.api).build(target, provider, frozenset()).headers


@pytest.mark.parametrize("api", APIS)
def test_a_unique_probe_is_not_to_be_stored(api: str) -> None:
    provider = Provider(name="p", base_url="http://x", api=api)
    assert NO_STORE in headers(provider)
    assert not any("cache" in name.lower() for name, _ in headers(provider, unique=False))


@pytest.mark.parametrize(
    ("base_url", "given", "bypass"),
    [
        ("https://api.portkey.ai/v1", {}, FORCE_REFRESH),
        ("http://127.0.0.1:8787/v1", {"X-Portkey-Provider": "openai"}, FORCE_REFRESH),
        ("https://gateway.ai.cloudflare.com/v1/a/g/openai", {}, SKIP_CACHE),
        ("https://relay.example/v1", {"cf-aig-authorization": "Bearer x"}, SKIP_CACHE),
    ],
)
def test_a_gateway_with_a_bypass_of_its_own_gets_it(
    base_url: str, given: dict[str, str], bypass: tuple[str, str]
) -> None:
    found = headers(Provider(name="p", base_url=base_url, headers=given))
    assert bypass in found
    assert NO_STORE in found


def test_no_other_gets_them() -> None:
    found = headers(Provider(name="p", base_url="https://notapi.portkey.ai.example/v1"))
    assert FORCE_REFRESH not in found
    assert SKIP_CACHE not in found


def test_the_configs_own_header_is_in_force() -> None:
    provider = Provider(name="p", base_url="http://x", headers={"cache-control": "max-age=60"})
    found = [pair for pair in headers(provider) if pair[0].lower() == "cache-control"]
    assert found == [("cache-control", "max-age=60")]
