"""The base of all wire APIs: from status, headers and body to one Reply."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from relaytop.config.settings import MODES_OF
from relaytop.wire.cache_bypass import cache_bypass
from relaytop.wire.error_body import (
    error_of,
    failed_base_resp,
    message_of,
    plain_error,
    vendor_error,
)
from relaytop.wire.facts import Failure, ModelList, Reply, Request, Usage
from relaytop.wire.failure import (
    classify,
    classify_error,
    classify_words,
    error_reply,
    is_web_page,
)
from relaytop.wire.json_document import objects_of, parse
from relaytop.wire.model_mode import model_mode
from relaytop.wire.reply_state import ReplyState, reply_of
from relaytop.wire.request import DOCUMENT, STREAM, headers_for, with_extra, without_stream_options
from relaytop.wire.served import read_served
from relaytop.wire.streamed import read_stream
from relaytop.wire.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from relaytop.config.settings import Provider, Target
    from relaytop.wire.raw_reply import RawReply

OK = 200
SUCCESS = range(200, 300)
"""Also Portkey's 246: a good reply that a guardrail has remarks on."""
CLIENT_ERROR = 400
MAX_MODELS = 10_000
MAX_MODEL_ID = 200
SNIFF_BYTES = 8
"""Bytes that tell a stream from a document."""
_BEFORE_TEXT = b"\xef\xbb\xbf \r\n"
_STREAM_STARTS = (b":", b"data:", b"event:", b"id:", b"retry:")
"""How no document begins, whatever its content type says."""


class WireAPI(ABC):
    """One wire API, of one kind of model (`mode`): pure, bytes in and facts out."""

    name: str
    mode = "chat"
    """One of `config.settings.MODES`."""
    streams = True
    """Whether a reply can be streamed."""
    body_key: str
    """The key that every reply in one document has, holding a list."""
    may_be_empty = False
    """Whether that list may be empty in a good reply."""
    models_key = "data"
    """The key of the list of models."""
    ends_on_done = True
    """Whether `[DONE]` ends a stream, if nothing else does."""
    end_marker: str
    """How a stream ends, in words."""

    # ── requests ─────────────────────────────────────────────────────────────

    @abstractmethod
    def url(self, provider: Provider, target: Target) -> str:
        """Return where probes of a target are sent."""

    @abstractmethod
    def models_url(self, provider: Provider) -> str:
        """Return where models are listed."""

    @abstractmethod
    def own_headers(self, provider: Provider) -> dict[str, str]:
        """Return the API's own headers: the key, a version."""

    @abstractmethod
    def body(self, target: Target, adaptations: frozenset[str]) -> dict[str, Any]:
        """Return the document of a probe's request; see `build`."""

    def build(self, target: Target, provider: Provider, adaptations: frozenset[str]) -> Request:
        """Build one probe's request.

        Args:
            target: Model, prompt and bounds.
            provider: Base URL, key and extra headers.
            adaptations: How it must differ, learned from earlier refusals (`adaptations`).
        """
        streams = target.stream and self.streams
        accept = STREAM if streams else DOCUMENT
        own = self.own_headers(provider) | (cache_bypass(provider) if target.unique else {})
        headers = headers_for(provider, own, accept=accept, body=True)
        # ASCII alone: a command line may hand over text that UTF-8 cannot encode.
        extra = target.extra if streams else without_stream_options(target.extra)
        document = with_extra(self.body(target, adaptations), extra)
        body = json.dumps(document, separators=(",", ":")).encode()
        return Request("POST", self.url(provider, target), headers, body)

    def models_request(self, provider: Provider) -> Request:
        """Build the request that lists a provider's models."""
        headers = headers_for(provider, self.own_headers(provider))
        return Request("GET", self.models_url(provider), headers, b"")

    # ── replies, as each API writes them ─────────────────────────────────────

    @abstractmethod
    def usage(self, raw: object, headers: Mapping[str, str]) -> Usage:
        """Read the API's own usage object."""

    @abstractmethod
    def is_reply_part(self, document: dict[str, Any]) -> bool:
        """Return whether a document is a part of a reply, so that no text in it is an error."""

    @abstractmethod
    def apply_event(self, state: ReplyState, document: dict[str, Any], index: int) -> None:
        """Apply a document to the reply's state: one event's, completed by chunk `index`, or all.

        Its usage, and what served it, are applied already.
        """

    def adaptation(self, status: int, error: Mapping[str, Any]) -> str | None:
        """Return how the next requests must differ after a refusal; None where it does not say."""
        del status, error
        return None

    def error_in(self, document: object) -> dict[str, Any] | None:
        """Return the error of a document in a good reply, in one form; None where it has none."""
        if isinstance(document, dict) and self.is_reply_part(document):
            return failed_base_resp(document) or vendor_error(document)
        return error_of(document)

    def model_entries(self, document: object) -> Iterator[tuple[object, dict[str, Any]]] | None:
        """Return the (id, entry) pairs of a list of models, unchecked; None where it is none."""
        entries = document.get(self.models_key) if isinstance(document, dict) else None
        if not isinstance(entries, list):
            return None
        return ((self.model_id(entry), entry) for entry in objects_of(entries))

    def model_id(self, entry: dict[str, Any]) -> object:
        """Return the id of an entry of the list of models; None for one that cannot be probed."""
        return entry.get("id")

    # ── replies, the same for all ────────────────────────────────────────────

    def read_models(self, raw: RawReply) -> ModelList | Failure:
        """Read a list of models: at most ten thousand ids, made safe to show, in order."""
        if raw.status != OK:
            return classify(raw.status, raw.headers, raw.body, raw.secrets)
        document = parse(raw.body)
        entries = self.model_entries(document)
        if entries is None:
            error = error_of(document) if isinstance(document, dict) else None
            if error is not None:
                return classify_error(error, OK, raw.secrets)
            return Failure("protocol", "the response of /models is not a list of models")
        modes: dict[str, str] = {}
        for name, entry in entries:
            if isinstance(name, str) and (model := clean(name, MAX_MODEL_ID)):
                modes[model] = model_mode(entry, model)
                if len(modes) >= MAX_MODELS:
                    break
        valid = MODES_OF[self.name]
        return ModelList(
            tuple(sorted(modes)),
            {model: mode for model, mode in modes.items() if mode != "chat" and mode in valid},
        )

    def read_reply(self, raw: RawReply) -> Reply:
        """Read a reply, streamed or in one document."""
        if raw.status not in SUCCESS:
            return self._read_error(raw)
        if _is_stream(raw):
            return read_stream(self, raw)
        if not raw.ended_cleanly:
            return Reply(
                failure=Failure("truncated", "the connection was closed in the middle of the reply")
            )
        return self._read_document(raw)

    def _read_error(self, raw: RawReply) -> Reply:
        body = raw.body
        error = error_of(parse(body)) or plain_error(body)
        reply = error_reply(classify(raw.status, raw.headers, body, raw.secrets), error, raw)
        return replace(
            reply,
            retry_after_s=reply.retry_after_s if raw.status >= CLIENT_ERROR else None,
            adaptation=self.adaptation(raw.status, error),
            served=read_served({}, raw.headers, raw.secrets),
        )

    def _read_document(self, raw: RawReply) -> Reply:
        body, status = raw.body, raw.status
        if not body.strip():
            return Reply(failure=Failure("protocol", f"HTTP {status} with an empty body"))
        document, text = parse(body), message_of(plain_error(body))
        if document is None and is_web_page(raw.headers, body):
            return Reply(failure=Failure("gateway", f"HTTP {status}, but the body is a web page"))
        if not isinstance(document, dict | list):
            failure = classify_words(document if isinstance(document, str) else text, raw.secrets)
            if failure is not None:
                return error_reply(failure, {"message": text}, raw)
            words = f"HTTP {status}, but the body is not a JSON object"
            return Reply(failure=Failure("protocol", words))
        last = document[-1] if isinstance(document, list) and document else document
        known = isinstance(last, dict) and self.is_reply_part(last)
        state = ReplyState()
        for each in objects_of(document if isinstance(document, list) else [document]):
            state.apply_document(each)
            if self.is_reply_part(each):
                self.apply_event(state, each, 0)
        usage = self.usage(state.usage, raw.headers)
        error = self.error_in(last if known else document)
        if error is not None:
            reply = error_reply(classify_error(error, OK, raw.secrets), error, raw)
        else:
            reply = Reply(failure=self.document_failure(last, state, usage, raw.secrets))
        return replace(reply_of(reply, state, usage, raw), first_token_chunk=None)

    def document_failure(
        self, document: object, state: ReplyState, usage: Usage, secrets: Sequence[str]
    ) -> Failure | None:
        """Return the failure of a reply in one document without an error; None where it is good."""
        parts = document.get(self.body_key) if isinstance(document, dict) else None
        failure = state.failure_of(secrets)
        if failure is not None:
            return failure
        empty = self.may_be_empty and parts == []
        if not objects_of(parts) and not empty:
            return Failure("protocol", f"the reply has no {self.body_key}")
        if not state.said_anything(usage):
            return Failure("protocol", f"the reply's {self.body_key} is empty")
        return None


def _is_stream(raw: RawReply) -> bool:
    """Return whether a 200 is a stream: by its first bytes, else by its content type."""
    start = b""
    for chunk in raw.chunks:
        start = (start + chunk[:SNIFF_BYTES]).lstrip(_BEFORE_TEXT)
        if len(start) >= SNIFF_BYTES:
            break
    if start.startswith(_STREAM_STARTS):
        return True
    content_type = raw.headers.get("content-type", "").partition(";")[0].strip().lower()
    # Some relays answer a streaming request with an error's JSON, or a page, under this type.
    return content_type == "text/event-stream" and not start.startswith((b"{", b"[", b"<"))
