"""What served a reply: the model and the provider that it names, and the relay's own work."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal

from relaytop.wire.facts import NOT_DECLARED, Served
from relaytop.wire.json_document import object_in
from relaytop.wire.numbers import number
from relaytop.wire.text import safe

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ModelMatch = Literal["same", "variant", "different", "undeclared"]
"""How the model that served is to the one that was asked for."""

MAX_NAME = 128
"""Characters of a name."""
MAX_ATTEMPTS = 1000
"""More retries or fallbacks than that are absurd."""
_FIELDS = {
    "model": ("model", "modelVersion"),
    "fingerprint": ("system_fingerprint",),
    "provider": ("provider",),
}
"""Fact → its fields in a reply or an event."""
_HEADERS = {
    "model": ("x-kong-llm-model", "openai-model"),
    "provider": ("x-portkey-provider", "x-inference-provider"),
    "deployment": ("x-litellm-model-id", "x-ms-deployment-name"),
}
_COUNTS = {
    "retries": ("x-litellm-attempted-retries", "x-portkey-retry-attempt-count"),
    "fallbacks": ("x-litellm-attempted-fallbacks", "cf-aig-step"),
}


def declared_in(document: object) -> dict[str, str]:
    """Return the facts that a reply, or one event of it, declares; unchecked."""
    found: dict[str, str] = {}
    for holder in (document, object_in(document, "message"), object_in(document, "response")):
        for fact, names in _FIELDS.items():
            for name in names:
                value = holder.get(name) if isinstance(holder, dict) else None
                if isinstance(value, str) and value.strip():
                    found.setdefault(fact, value)
    return found


def read_served(
    declared: Mapping[str, str], headers: Mapping[str, str], secrets: Sequence[str] = ()
) -> Served:
    """Return what served a reply, safe to show.

    Args:
        declared: From `declared_in`, of all events.
        headers: By lower-case name.
        secrets: Keys and the like, removed from names.
    """
    facts: dict[str, Any] = {}
    for fact in ("model", "fingerprint", "provider", "deployment"):
        texts = [
            declared.get(fact, ""),
            *(headers.get(name, "") for name in _HEADERS.get(fact, ())),
        ]
        shown = (safe(text, secrets, MAX_NAME) for text in texts if text)
        facts[fact] = next((text for text in shown if text), None)
    for fact, names in _COUNTS.items():
        counts = (_attempts(headers.get(name)) for name in names)
        facts[fact] = next((each for each in counts if each is not None), None)
    served = Served(**facts)
    return NOT_DECLARED if served == NOT_DECLARED else served


def _attempts(text: str | None) -> int | None:
    """Return a count of attempts; Portkey's -1, for retries that were used up, is none."""
    value = number(text)
    return int(value) if value is not None and 0 <= value <= MAX_ATTEMPTS else None


# ── asked and served ─────────────────────────────────────────────────────────

_VENDOR = re.compile(r"^(?:[a-z][a-z-]*\.)+(?=[a-z])")
"""Bedrock's: `us.anthropic.claude-…`."""
_SEPARATORS = re.compile(r"[\s._@-]+")
_ALIASES = re.compile(r"-(?:latest|default|stable)$")
_ROUTER = re.compile(r"auto|(?:[a-z]+-)*router")
"""Names under which a relay chooses the model: `openrouter/auto`, Azure's `model-router`."""
_VERSION = re.compile(
    r"(?:-(?:20\d\d-\d\d-\d\d|20\d{6}|\d\d-20\d\d|\d{4}|0\d\d|v\d{1,2}|latest|default|stable|beta"
    r"|(?:preview|exp|experimental)(?:-\d\d-\d\d|-\d\d-20\d\d|-\d\d)?))+"
)
"""What a vendor puts behind a model's name for one version of it."""


def compare_models(asked: str, served: str | None) -> ModelMatch:
    """Return how the model that a reply names is to the one that was asked for.

    `variant` is the same model under a vendor's prefix, with a date, a version or a tag (`:free`),
    or with its words in another order; and whatever a router chose. Two dates, and two tags, are
    different.

    Args:
        asked: The target's model id.
        served: `Served.model`.
    """
    if served is None or not served.strip():
        return "undeclared"
    asked, served = asked.strip().lower(), served.strip().lower()
    if asked == served:
        return "same"
    if asked.startswith("ft:") or served.startswith("ft:"):
        return "different"  # a model that was tuned is another
    (name, tag), (other, other_tag) = _parts(asked), _parts(served)
    if _ROUTER.fullmatch(name):
        return "variant"
    if tag and other_tag and tag != other_tag:
        return "different"
    if name == other or _is_version_of(name, other) or _is_version_of(other, name):
        return "variant"
    plain, other_plain = _ALIASES.sub("", name), _ALIASES.sub("", other)
    if _is_version_of(plain, other_plain) or _is_version_of(other_plain, plain):
        return "variant"
    return "variant" if sorted(name.split("-")) == sorted(other.split("-")) else "different"


def _parts(model: str) -> tuple[str, str]:
    """Return a model's name without its vendor, in one spelling, and its tag."""
    name, _, tag = model.rpartition("/")[2].partition(":")
    return _SEPARATORS.sub("-", _VENDOR.sub("", name)).strip("-"), tag


def _is_version_of(name: str, longer: str) -> bool:
    """Return whether a name is another with a version behind it; or the same."""
    if not name or not longer.startswith(name):
        return False
    return longer == name or _VERSION.fullmatch(longer[len(name) :]) is not None
