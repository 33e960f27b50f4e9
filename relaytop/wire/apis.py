"""The wire APIs by name: adding one is a module and a line here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.wire.anthropic import Anthropic
from relaytop.wire.azure import Azure
from relaytop.wire.gemini import Gemini
from relaytop.wire.openai import OpenAI

if TYPE_CHECKING:
    from relaytop.wire.chat import ChatAPI

_APIS: dict[str, ChatAPI] = {api.name: api for api in (OpenAI(), Anthropic(), Gemini(), Azure())}


def api_named(name: str) -> ChatAPI:
    """Return the API of that name; `KeyError` where there is none."""
    return _APIS[name]
