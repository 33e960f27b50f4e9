"""The parts that every API's requests share: headers, URLs, the system text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import relaytop

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relaytop.config.settings import Provider, Target

STREAM = "text/event-stream"
DOCUMENT = "application/json"
SYSTEM = "system"
"""The role of messages that some APIs take in a field of their own."""


def headers_for(
    provider: Provider, own: Mapping[str, str], *, accept: str = DOCUMENT, body: bool = False
) -> list[tuple[str, str]]:
    """Return a request's headers.

    Args:
        provider: Its extra headers replace ours: many servers refuse a repeated one.
        own: The API's own: the key, a version.
        accept: The reply's media type.
        body: Whether the request has a JSON body.
    """
    headers = [
        ("User-Agent", f"relaytop/{relaytop.__version__}"),
        # Compressed chunks would come when the compressor flushes, not when the model generates.
        ("Accept-Encoding", "identity"),
        ("Accept", accept),
        *([("Content-Type", DOCUMENT)] if body else []),
        *own.items(),
    ]
    given = {name.lower() for name in provider.headers}
    return [pair for pair in headers if pair[0].lower() not in given] + [*provider.headers.items()]


def key_header(provider: Provider, name: str, form: str = "{}") -> dict[str, str]:
    """Return the header that carries the key; none where there is no key."""
    return {} if provider.key is None else {name: form.format(provider.key.reveal())}


def join_url(base_url: str, prefix: str, path: str) -> str:
    """Return a URL under `base_url` whose path begins with `prefix`, which the base may have."""
    if base_url.endswith(prefix):
        return f"{base_url}{path}"
    return f"{base_url}{prefix}{path}"


def system_text(target: Target) -> str | None:
    """Return the system messages of a probe as one text; None where it has none."""
    found = [text for role, text in target.request_messages if role == SYSTEM]
    return "\n\n".join(found) if found else None


def with_extra(body: Mapping[str, Any], extra: Mapping[str, Any]) -> dict[str, Any]:
    """Return a request's document with the config's `extra`, which goes into tables that both have.

    Args:
        body: The document of a probe's request.
        extra: Checked: it has none of the keys that relaytop decides.
    """
    merged = dict(body)
    for name, value in extra.items():
        before = merged.get(name)
        if isinstance(before, dict) and isinstance(value, dict):
            merged[name] = with_extra(before, value)
        else:
            merged[name] = value
    return merged


def without_stream_options(extra: Mapping[str, Any]) -> dict[str, Any]:
    """Return the config's `extra` for a request that is not streamed: OpenAI refuses the others."""
    return {name: value for name, value in extra.items() if name != "stream_options"}


def prompt_text(target: Target) -> str:
    """Return the messages of a probe as one text, for an API that takes no messages."""
    return "\n".join(text for _role, text in target.request_messages)
