"""Headers that a gateway wants for itself beside the key, by its refusal."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from relaytop.config.settings import Provider
    from relaytop.wire.facts import Failure

_CLASSES = frozenset({"auth", "permission", "bad_request", "protocol"})
"""Classes with which a gateway refuses a request without its header."""
_HYPHENATED = r"[A-Za-z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)+"
_NAMED = re.compile(
    rf"(?<![\w.-])((?:x|cf|helicone|ocp)-[a-z0-9]+(?:-[a-z0-9]+)*)(?![\w/-])"
    rf"|({_HYPHENATED})['\"`]?:?\s+(?:\w+\s+)?header|headers?:?\s+['\"`]?({_HYPHENATED})",
    re.IGNORECASE,
)
_WANTED = re.compile(
    r"requir|missing|must|provide|expect|need|specif|invalid|not (?:found|set|present|sent|valid)"
    r"|no valid|empty|without|absent",
    re.IGNORECASE,
)
_NO_DEMAND = frozenset({"x-request-id", "content-type", "user-agent", "retry-after"})
"""Headers that an error may name without wanting one."""
_SENT = {
    "anthropic": {"x-api-key", "anthropic-version"},
    "gemini": {"x-goog-api-key"},
    "azure": {"api-key"},
}
"""API → headers that relaytop sends by itself."""
_ANTHROPIC = "anthropic-version"


class _Gateway(NamedTuple):
    """A gateway that does not name the header that it wants."""

    host: str
    """Pattern of its host."""
    message: str
    """Pattern of its message."""
    header: str
    value: str


_GATEWAYS = (
    _Gateway(r"", r"subscription key", "Ocp-Apim-Subscription-Key", "…"),
    _Gateway(
        r"(?:^|\.)gateway\.ai\.cloudflare\.com$",
        r"unauthori[sz]ed|authentication|\b2009\b|HTTP 401|^$",
        "cf-aig-authorization",
        "Bearer …",
    ),
    _Gateway(
        r"(?:^|\.)(?:helicone\.ai|hconeai\.com)$",
        r"helicone|unauthori[sz]ed|HTTP 401|^$",
        "Helicone-Auth",
        "Bearer …",
    ),
    _Gateway(r"", r"\bhelicone\b.*(?:auth|key)", "Helicone-Auth", "Bearer …"),
    _Gateway(r"", r"\bcf-?aig\b|ai gateway.*(?:auth|token)", "cf-aig-authorization", "Bearer …"),
)


def header_demand(failure: Failure, provider: Provider) -> tuple[str, str] | None:
    """Return (meaning, remedy) where a refusal is about a gateway's own header; None otherwise."""
    if failure.error_class not in _CLASSES:
        return None
    values = _wanted_headers(failure.message, provider)
    if not values:
        return None
    configured = {name.lower() for name in provider.headers}
    if configured & {name.lower() for name in values}:
        names = " and ".join(name for name in values if name.lower() in configured)
        return f"the gateway rejects the header {names}", f"fix it: {_place(provider)}"
    if _ANTHROPIC in {name.lower() for name in values} and provider.api != "anthropic":
        return "the server speaks Anthropic's API", 'write api = "anthropic"'
    one_of = " or ".join(f'headers = {{ "{name}" = "{value}" }}' for name, value in values.items())
    return "the gateway requires an extra header", f"give {one_of} under [{_table(provider)}]"


def _wanted_headers(message: str, provider: Provider) -> dict[str, str]:
    """Return header → an example of its value."""
    found = {}
    if _WANTED.search(message):
        found = {name: "…" for match in _NAMED.findall(message) for name in match if name}
    sent = _SENT.get(provider.api, set()) | _NO_DEMAND
    found = {name: value for name, value in found.items() if name.lower() not in sent}
    if found:
        known = {gateway.header.lower(): gateway.value for gateway in _GATEWAYS}
        return {name: known.get(name.lower(), value) for name, value in found.items()}
    host = urlsplit(provider.base_url).hostname or ""
    for gateway in _GATEWAYS:
        if re.search(gateway.host, host) and re.search(gateway.message, message, re.IGNORECASE):
            return {gateway.header: gateway.value}
    return {}


def _table(provider: Provider) -> str:
    bare = re.fullmatch(r"[A-Za-z0-9_-]+", provider.name)
    return f"providers.{provider.name}" if bare else f'providers."{provider.name}"'


def _place(provider: Provider) -> str:
    return f"`headers` under [{_table(provider)}]"
