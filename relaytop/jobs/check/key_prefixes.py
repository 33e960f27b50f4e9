"""Prefixes of API keys and the providers that issue them."""

from __future__ import annotations

PREFIX_OWNERS = {
    "sk-or-": "OpenRouter",
    "sk-ant-": "Anthropic",
    "sk-proj-": "OpenAI",
    "sk-svcacct-": "OpenAI",
    "sk-admin-": "OpenAI",
    "gsk_": "Groq",
    "AIza": "Gemini",
    "xai-": "xAI",
    "pplx-": "Perplexity",
    "nvapi-": "NVIDIA",
    "hf_": "Hugging Face",
    "r8_": "Replicate",
    "fw_": "Fireworks",
    "csk-": "Cerebras",
    "tgp_": "Together",
    "ghp_": "GitHub",
    "github_pat_": "GitHub",
    "AKIA": "AWS",
}
"""Prefix → issuer. A bare `sk-` is many relays' and says nothing."""

HOST_OWNERS = {
    "openrouter.ai": "OpenRouter",
    "api.anthropic.com": "Anthropic",
    "api.openai.com": "OpenAI",
    "api.groq.com": "Groq",
    "generativelanguage.googleapis.com": "Gemini",
    "api.x.ai": "xAI",
    "api.perplexity.ai": "Perplexity",
    "integrate.api.nvidia.com": "NVIDIA",
    "api.deepseek.com": "DeepSeek",
    "api.mistral.ai": "Mistral",
}
"""Host → issuer of the keys that it takes."""

OWNER_PREFIXES = {
    "OpenRouter": ("sk-or-",),
    "Anthropic": ("sk-ant-",),
    "OpenAI": ("sk-",),
    "Groq": ("gsk_",),
    "Gemini": ("AIza", "AQ."),
    "xAI": ("xai-",),
    "Perplexity": ("pplx-",),
    "NVIDIA": ("nvapi-",),
    "DeepSeek": ("sk-",),
}
"""Issuer → prefixes of its keys, where they are known."""


def owner_of_key(key: str) -> str | None:
    """Return the issuer of a key by its prefix; None where that says nothing."""
    found = [prefix for prefix in PREFIX_OWNERS if key.startswith(prefix)]
    return PREFIX_OWNERS[max(found, key=len)] if found else None


def owner_of_host(host: str) -> str | None:
    """Return the issuer of the keys that a host takes; None for a relay and every other host."""
    return HOST_OWNERS.get(host.lower().rstrip("."))


def owner_of_name(name: str) -> str | None:
    """Return the likely issuer of a provider's keys by the provider's name; None if unknown."""
    return next((owner for owner in OWNER_PREFIXES if owner.lower() == name.lower()), None)
