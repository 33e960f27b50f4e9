"""The wire APIs by name and mode: adding one is a module and a line here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.wire.anthropic import Anthropic
from relaytop.wire.azure import Azure, AzureEmbeddings, AzureResponses
from relaytop.wire.embeddings import Embeddings
from relaytop.wire.gemini import Gemini
from relaytop.wire.gemini_embeddings import GeminiEmbeddings
from relaytop.wire.openai import OpenAI
from relaytop.wire.rerank import Rerank
from relaytop.wire.responses import Responses

if TYPE_CHECKING:
    from relaytop.wire.wire_api import WireAPI

_ALL: tuple[WireAPI, ...] = (
    OpenAI(),
    Responses(),
    Embeddings(),
    Rerank(),
    Anthropic(),
    Gemini(),
    GeminiEmbeddings(),
    Azure(),
    AzureResponses(),
    AzureEmbeddings(),
)
_APIS = {(api.name, api.mode): api for api in _ALL}


def api_named(name: str, mode: str = "chat") -> WireAPI:
    """Return the API of that name and mode; `KeyError` where there is none."""
    return _APIS[name, mode]
