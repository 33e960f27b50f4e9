"""Providers' official status pages: the known ones, and which are asked by these settings."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from relaytop.config.urls import checked_url

if TYPE_CHECKING:
    from relaytop.config.settings import Provider, Settings

KNOWN = {
    "api.openai.com": "https://status.openai.com",
    "api.anthropic.com": "https://status.claude.com",
    "api.deepseek.com": "https://status.deepseek.com",
    "api.groq.com": "https://groqstatus.com",
    "api.cohere.com": "https://status.cohere.com",
    "api.cohere.ai": "https://status.cohere.com",
    "api.fireworks.ai": "https://status.fireworks.ai",
    "api.moonshot.cn": "https://status.moonshot.cn",
}
"""Host of a base URL → its provider's status page, where that has a document for programs."""


def checked_status_page(value: object) -> str | bool:
    """Return what `status_page` may be.

    Raises:
        ValueError: It is neither true, false nor a URL without credentials.
    """
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _checked_page(value)
    message = 'must be true, false or a URL, as "https://status.example.com"'
    raise ValueError(message)


def _checked_page(text: str) -> str:
    try:
        return checked_url(text)
    except ValueError as error:
        message = str(error).replace("https://host/v1", "https://status.example.com")
        raise ValueError(message.removesuffix(", and name the key's variable")) from None


def known_status_page(base_url: str) -> str | None:
    """Return the status page of the provider at a base URL; None where none is known."""
    return KNOWN.get(urlsplit(base_url).hostname or "")


def status_page_of(provider: Provider, settings: Settings) -> str | None:
    """Return the URL of a provider's status page; None where it is not to be asked."""
    if isinstance(provider.status_page, str):
        return provider.status_page
    wanted = settings.status_pages if provider.status_page is None else provider.status_page
    return known_status_page(provider.base_url) if wanted else None


def status_pages(settings: Settings) -> dict[str, tuple[Provider, ...]]:
    """Return the URL of each status page to ask → the providers whose it is."""
    found: dict[str, tuple[Provider, ...]] = {}
    for provider in settings.providers:
        url = status_page_of(provider, settings)
        if url is not None:
            found[url] = (*found.get(url, ()), provider)
    return found
