import json

import pytest

from relaytop.config.settings import Provider, Secret, Target
from relaytop.wire.apis import api_named

API = api_named("azure")


@pytest.mark.parametrize("base_url", ["https://x.example", "https://x.example/openai"])
def test_a_request_names_the_deployment_and_the_version(base_url: str) -> None:
    provider = Provider(
        name="p", base_url=base_url, api="azure", key=Secret("k-1"), api_version="2025-01-01"
    )
    request = API.build(Target(provider="p", model="my gpt"), provider, frozenset())
    deployment = "https://x.example/openai/deployments/my%20gpt/chat/completions"
    assert request.url == f"{deployment}?api-version=2025-01-01"
    headers = dict(request.headers)
    assert headers["api-key"] == "k-1"
    assert "Authorization" not in headers
    assert json.loads(request.body)["stream_options"] == {"include_usage": True}


def test_a_version_is_always_given() -> None:
    request = API.models_request(Provider(name="p", base_url="https://x.example", api="azure"))
    assert request.url.startswith("https://x.example/openai/models?api-version=20")
