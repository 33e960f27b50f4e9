"""What is gathered from a reply's documents, one or many, and the Reply that it makes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from relaytop.wire.cached import cache_sign
from relaytop.wire.error_body import error_of
from relaytop.wire.facts import Generated
from relaytop.wire.finish import LENGTH, finish_error, finish_failure, finish_reason
from relaytop.wire.served import declared_in, read_served
from relaytop.wire.tokens import count_characters, has_tokens
from relaytop.wire.usage import known_usage, merge_usage, usage_in

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from relaytop.wire.facts import Failure, Reply, Usage
    from relaytop.wire.raw_reply import RawReply


@dataclass(slots=True)
class ReplyState:
    """The state of a reply after the events so far; of one in a document, after that."""

    first_token: int | None = None
    """Index of the chunk that completed the first generated text."""
    finished: bool = False
    """Whether an event marked the reply's end."""
    finish_reason: str = ""
    """The last that was given, as `finish.finish_reason` returns it."""
    choice_error: dict[str, Any] | None = None
    """The first error inside a choice, in one form (`error_of`)."""
    usage: dict[str, Any] = field(default_factory=dict)
    """The API's own usage object; a later figure beats an earlier one."""
    declared: dict[str, str] = field(default_factory=dict)
    """What the reply says of what served it (`served.declared_in`)."""
    outer: dict[str, Any] = field(default_factory=dict)
    """The outer fields of the first document, which may say that a cache answered."""
    failure: Failure | None = None
    """The failure that the events report, in a form of the API's own."""
    generated: dict[int, list[int]] = field(default_factory=dict)
    """Index of a chunk → characters that it completed: visible, reasoning."""
    texts: list[str] = field(default_factory=list)
    """The content, piece by piece."""
    dimensions: int | None = None
    """Figures of each vector of an embedding."""
    ranked: int = 0
    """Documents that a reranker gave a score."""

    def apply_document(self, document: dict[str, Any]) -> None:
        """Apply what a document holds whatever its API and kind: usage, and who served it."""
        self.outer = self.outer or document
        self.declared = {**declared_in(document), **self.declared}
        found = usage_in(document)
        if found:
            self.usage = merge_usage(self.usage, found)

    def apply_choice(
        self, choice: Mapping[str, Any], finish_key: str, generated: object, index: int
    ) -> None:
        """Apply what all APIs' choices have: an end, an error, generated text.

        Args:
            choice: A choice, a candidate or an event.
            finish_key: The name of its finish reason.
            generated: What may hold tokens: a delta, a message, a content.
            index: Of the chunk.
        """
        self.finish_reason = finish_reason(choice.get(finish_key)) or self.finish_reason
        self.finished = self.finished or bool(self.finish_reason)
        if self.choice_error is None:
            self.choice_error = _error_in(choice, generated) or finish_error(choice.get(finish_key))
        visible, reasoning = count_characters(generated)
        if visible or reasoning:
            counts = self.generated.setdefault(index, [0, 0])
            counts[0] += visible
            counts[1] += reasoning
        if self.first_token is None and has_tokens(generated):
            self.first_token = index

    def failure_of(self, secrets: Sequence[str]) -> Failure | None:
        """Return the failure that the reply itself reports.

        Args:
            secrets: Keys and the like, removed from the server's messages.
        """
        return self.failure or finish_failure(self.finish_reason, self.choice_error, secrets)

    def said_anything(self, usage: Usage) -> bool:
        """Return whether anything was generated: seen, counted, or up to the bound."""
        return (
            self.first_token is not None
            or bool(usage.output_tokens)
            or self.finish_reason in LENGTH
        )


def _error_in(choice: Mapping[str, Any], generated: object) -> dict[str, Any] | None:
    """Return the error of a choice, or of its delta or message, in one form."""
    for holder in (choice, *(generated if isinstance(generated, list) else [])):
        if isinstance(holder, dict) and isinstance(holder.get("error"), dict | str | list):
            error = error_of({"error": holder["error"]}) if holder["error"] else None
            if error is not None:
                return error
    return None


def reply_of(
    reply: Reply,
    state: ReplyState,
    usage: Usage,
    raw: RawReply,
) -> Reply:
    """Return a reply with the facts that its documents and headers hold.

    Args:
        reply: With its failure, and what belongs to that.
        state: After all documents.
        usage: As they state it.
        raw: With its headers, and what must not be shown.
    """
    spoke = state.first_token is not None
    if spoke or reply.failure is None:
        usage = known_usage(usage, has_tokens=spoke)
    return replace(
        reply,
        usage=usage,
        first_token_chunk=state.first_token,
        generated=tuple(Generated(chunk, *found) for chunk, found in state.generated.items()),
        text="".join(state.texts),
        dimensions=state.dimensions,
        cached=cache_sign(raw.headers, state.outer, raw.secrets),
        served=read_served(state.declared, raw.headers, raw.secrets),
    )
