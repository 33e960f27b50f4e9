"""Reranking as Cohere and Jina have it: `/rerank`, a score for each document of a query."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from relaytop.wire.embeddings import input_usage
from relaytop.wire.facts import Failure
from relaytop.wire.json_document import object_in, objects_of
from relaytop.wire.numbers import number
from relaytop.wire.openai import OpenAI
from relaytop.wire.request import prompt_text
from relaytop.wire.usage import merge_usage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from relaytop.config.settings import Provider, Target
    from relaytop.wire.facts import Usage
    from relaytop.wire.reply_state import ReplyState

DOCUMENTS = ("A host answers a ping.", "Bread is baked in the morning.")
"""The documents of each probe: one is about the default prompt, one is not."""
_LISTS = ("results", "data")
"""The names of the list of scores; `data` is Voyage's."""
_TOKENS = ("input_tokens", "total_tokens")
"""In `meta`, of SiliconFlow, of LiteLLM, and of Cohere for some models."""
_SCORES = ("relevance_score", "score")


class Rerank(OpenAI):
    """Builds requests of this API and reads its replies."""

    mode = "rerank"
    streams = False
    body_key = "results"

    def url(self, provider: Provider, target: Target) -> str:
        """Return where probes of a target are sent."""
        del target
        return f"{provider.base_url}/rerank"

    def body(self, target: Target, adaptations: frozenset[str]) -> dict[str, Any]:
        """Return the document of a probe's request."""
        del adaptations
        documents = list(DOCUMENTS)
        return {"model": target.model, "query": prompt_text(target), "documents": documents}

    def usage(self, raw: object, headers: Mapping[str, str]) -> Usage:
        """Read a `usage` object, where there is one: Cohere counts searches."""
        return input_usage(super().usage(raw, headers), raw)

    def is_reply_part(self, document: dict[str, Any]) -> bool:
        """Return whether a document has scores and no error."""
        return any(isinstance(document.get(name), list) for name in _LISTS) and not document.get(
            "error"
        )

    def apply_event(self, state: ReplyState, document: dict[str, Any], index: int) -> None:
        """Apply the scores of a reply: each of a document that was sent, and none twice."""
        del index
        name = next(name for name in _LISTS if isinstance(document.get(name), list))
        meta = object_in(document, "meta")
        for holder in (object_in(meta, "tokens"), object_in(meta, "billed_units")):
            counts = {key: holder[key] for key in _TOKENS if key in holder}
            state.usage = merge_usage(counts, state.usage)
        ranked = set()
        for entry in objects_of(document[name]):
            place = entry.get("index")
            score = next((entry[key] for key in _SCORES if key in entry), None)
            if type(place) is not int or not 0 <= place < len(DOCUMENTS) or place in ranked:
                sentence = "a score is of a document that was not sent, or of one twice"
                state.failure = state.failure or Failure("protocol", sentence)
            elif isinstance(score, str) or number(score) is None:
                sentence = "a score is not a finite number"
                state.failure = state.failure or Failure("protocol", sentence)
            else:
                ranked.add(place)
        state.ranked = len(ranked)

    def document_failure(
        self, document: object, state: ReplyState, usage: Usage, secrets: Sequence[str]
    ) -> Failure | None:
        """Return the failure of a reply without an error; None where its scores are good."""
        del document, usage
        if not state.ranked and state.failure is None:
            return Failure("protocol", f"the reply has no {self.body_key}")
        return state.failure_of(secrets)
