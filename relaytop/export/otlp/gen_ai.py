"""OpenTelemetry's GenAI conventions: the attributes of a target and of a finished probe."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from relaytop.wire.text import clean

if TYPE_CHECKING:
    from relaytop.config.settings import Provider, Target

Attribute = str | int | bool
DURATION = "gen_ai.client.operation.duration"
FIRST_CHUNK = "gen_ai.client.operation.time_to_first_chunk"
TOKENS = "gen_ai.client.token.usage"
SECONDS = tuple(round(0.01 * 2**step, 2) for step in range(14))
"""Bucket boundaries of times: 0.01 to 81.92 s."""
TOKEN_COUNTS = tuple(4**step for step in range(14))
"""Bucket boundaries of tokens: 1 to 67,108,864."""
SYNTHETIC: dict[str, Attribute] = {"relaytop.synthetic": True, "user_agent.synthetic.type": "test"}
"""The mark of probes: no user waits for them."""

_PROVIDERS = {
    "api.openai.com": "openai",
    "anthropic.com": "anthropic",
    "openai.azure.com": "azure.ai.openai",
    "cognitiveservices.azure.com": "azure.ai.openai",
    "models.ai.azure.com": "azure.ai.inference",
    "services.ai.azure.com": "azure.ai.inference",
    "generativelanguage.googleapis.com": "gcp.gemini",
    "aiplatform.googleapis.com": "gcp.vertex_ai",
    "groq.com": "groq",
    "deepseek.com": "deepseek",
    "mistral.ai": "mistral_ai",
    "moonshot.ai": "moonshot_ai",
    "moonshot.cn": "moonshot_ai",
    "perplexity.ai": "perplexity",
    "x.ai": "x_ai",
    "cohere.com": "cohere",
    "cohere.ai": "cohere",
    "ml.cloud.ibm.com": "ibm.watsonx.ai",
}
"""Domain → well-known value of `gen_ai.provider.name`."""
_FORMATS = {"anthropic": "anthropic", "gemini": "gcp.gemini", "azure": "azure.ai.openai"}
"""Wire API → the value that stands for its format, where the domain is no known one."""


def target_attributes(target: Target, provider: Provider) -> dict[str, Attribute]:
    """Return the attributes that all probes of a target have."""
    parts = urlsplit(provider.base_url)
    host = (parts.hostname or "").lower()
    return {
        "gen_ai.operation.name": "generate_content" if provider.api == "gemini" else "chat",
        "gen_ai.provider.name": provider_name(host, provider.api),
        "gen_ai.request.model": clean(target.model),
        "server.address": host,
        "server.port": parts.port or (80 if parts.scheme == "http" else 443),
        "relaytop.provider": clean(target.provider),
        **SYNTHETIC,
    }


def provider_name(host: str, api: str) -> str:
    """Return the well-known name of whoever serves a host, else that of its wire format."""
    labels = host.split(".")
    if labels[-2:] == ["amazonaws", "com"] and labels[0].startswith("bedrock"):
        return "aws.bedrock"
    if host.endswith("-aiplatform.googleapis.com"):  # the region comes before it
        return "gcp.vertex_ai"
    for start in range(len(labels)):
        found = _PROVIDERS.get(".".join(labels[start:]))
        if found is not None:
            return found
    return _FORMATS.get(api, "openai")
