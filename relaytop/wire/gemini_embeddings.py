"""Gemini's embeddings: `:embedContent`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from relaytop.wire.embeddings import apply_vector, input_usage
from relaytop.wire.facts import Failure
from relaytop.wire.gemini import Gemini
from relaytop.wire.json_document import object_in
from relaytop.wire.request import prompt_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from relaytop.config.settings import Provider, Target
    from relaytop.wire.facts import Usage
    from relaytop.wire.reply_state import ReplyState


class GeminiEmbeddings(Gemini):
    """Builds requests of this API and reads its replies."""

    mode = "embeddings"
    streams = False
    body_key = "embedding"

    def url(self, provider: Provider, target: Target) -> str:
        """Return where probes of a target are sent; the key is never in the URL."""
        return self.method_url(provider, target, ":embedContent")

    def body(self, target: Target, adaptations: frozenset[str]) -> dict[str, Any]:
        """Return the document of a probe's request."""
        del adaptations
        return {"content": {"parts": [{"text": prompt_text(target)}]}}

    def usage(self, raw: object, headers: Mapping[str, str]) -> Usage:
        """Read `usageMetadata`, where there is one."""
        return input_usage(super().usage(raw, headers), raw)

    def is_reply_part(self, document: dict[str, Any]) -> bool:
        """Return whether a document has a vector and no error."""
        return isinstance(document.get("embedding"), dict) and not document.get("error")

    def apply_event(self, state: ReplyState, document: dict[str, Any], index: int) -> None:
        """Apply the vector of a reply: how many figures it has."""
        del index
        apply_vector(state, object_in(document, "embedding").get("values"))

    def document_failure(
        self, document: object, state: ReplyState, usage: Usage, secrets: Sequence[str]
    ) -> Failure | None:
        """Return the failure of a reply without an error; None where its vector is good."""
        del document, usage
        if state.dimensions is None and state.failure is None:
            return Failure("protocol", f"the reply has no {self.body_key}")
        return state.failure_of(secrets)
