"""Whose key begins with what."""

from __future__ import annotations

OWNERS = {
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
"""A key's beginning → whose it is. A bare `sk-` is many relays' and says nothing."""

HOSTS = {
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
"""Host → whose keys it takes."""

BEGINNINGS = {
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
"""Owner → how its keys begin, where that is known."""


def owner_of_key(key: str) -> str | None:
    """Return whose key this is by its beginning; None where that says nothing."""
    found = [prefix for prefix in OWNERS if key.startswith(prefix)]
    return OWNERS[max(found, key=len)] if found else None


def owner_of_host(host: str) -> str | None:
    """Return whose keys a host takes; None for a relay and every other host."""
    return HOSTS.get(host.lower().rstrip("."))


def owner_of_name(name: str) -> str | None:
    """Return whose keys a provider of this name is likely to take; None where that is open."""
    return next((owner for owner in BEGINNINGS if owner.lower() == name.lower()), None)
