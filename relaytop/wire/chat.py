"""What every wire API has in common: from status, headers and body to one Reply."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from relaytop.wire.error_body import error_of, parse, plain_error
from relaytop.wire.facts import Failure, Reply, Usage
from relaytop.wire.failure import LIMITED, classify, from_error, is_page
from relaytop.wire.headers import lowered
from relaytop.wire.ratelimit import limits_in, retry_after_s
from relaytop.wire.streamed import read_stream
from relaytop.wire.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from relaytop.config.settings import Provider, Target
    from relaytop.wire.facts import Request
    from relaytop.wire.streamed import Heard

OK = 200
CLIENT_ERROR = 400
MAX_MODELS = 10_000
MAX_MODEL_ID = 200
ENOUGH = 8
"""Bytes that tell a stream from a document."""
_BEFORE_TEXT = b"\xef\xbb\xbf \r\n"
_STREAM_STARTS = (b":", b"data:", b"event:", b"id:", b"retry:")
"""How no document begins, whatever its content type says."""


class ChatAPI(ABC):
    """One wire API: pure, bytes in and facts out."""

    name: str
    body_key: str
    """The key that every whole reply has, holding a list."""
    ending: str
    """How a stream ends, in words."""
    may_be_wordless = False
    """Whether that list may be empty in a good reply."""

    # ── what each API says for itself ────────────────────────────────────────

    @abstractmethod
    def build(self, target: Target, provider: Provider, learned: frozenset[str]) -> Request:
        """Build one probe's request.

        Args:
            target: Model, prompt and bounds.
            provider: Base URL, key and extra headers.
            learned: What earlier 400s taught (`lessons.learn`).
        """

    @abstractmethod
    def models_request(self, provider: Provider) -> Request:
        """Build the request for what a provider offers."""

    @abstractmethod
    def offered(self, document: object) -> Iterable[object] | None:
        """Return the ids in a document of models, unchecked; None where it is none."""

    @abstractmethod
    def usage(self, raw: object, headers: Mapping[str, str]) -> Usage:
        """Read the API's own usage object."""

    @abstractmethod
    def whole_usage(self, document: Mapping[str, Any]) -> object:
        """Return the usage object of a whole reply."""

    @abstractmethod
    def whole_text(self, document: Mapping[str, Any]) -> str:
        """Return what a whole reply says, without its reasoning."""

    @abstractmethod
    def knows(self, document: dict[str, Any]) -> bool:
        """Whether a document is a part of a reply, so that no text in it is an error."""

    @abstractmethod
    def hear(self, heard: Heard, document: dict[str, Any], index: int) -> None:
        """Take one event's document, completed by chunk `index`."""

    def learned(self, status: int, error: Mapping[str, Any]) -> str | None:
        """Return what a refusal teaches about this target."""
        del status, error
        return None

    def refused(self, document: Mapping[str, Any]) -> Failure | None:
        """Return why a 200 without a reply has none, where the API has a way of its own."""
        del document
        return None

    # ── what is the same for all ─────────────────────────────────────────────

    def read_models(
        self,
        status: int,
        headers: Sequence[tuple[bytes, bytes]],
        body: bytes,
        secrets: Sequence[str],
    ) -> tuple[str, ...] | Failure:
        """Read a list of models: at most ten thousand ids, made safe to show, in order."""
        if status != OK:
            return classify(status, lowered(headers), body, secrets)
        document = parse(body)
        entries = self.offered(document)
        if entries is None:
            error = error_of(document) if isinstance(document, dict) else None
            if error is not None:
                return from_error(error, status, secrets)
            return Failure("protocol", "the answer to /models is no list of models")
        ids = set()
        for name in entries:
            if isinstance(name, str) and clean(name, MAX_MODEL_ID):
                ids.add(clean(name, MAX_MODEL_ID))
                if len(ids) >= MAX_MODELS:
                    break
        return tuple(sorted(ids))

    def read_reply(
        self,
        status: int,
        headers: Sequence[tuple[bytes, bytes]],
        chunks: Sequence[bytes],
        *,
        ended_cleanly: bool,
        secrets: Sequence[str],
        now: float,
    ) -> Reply:
        """Read a reply, whole or streamed.

        Args:
            status: The HTTP status.
            headers: The raw response headers.
            chunks: The body's pieces in the order in which they came.
            ended_cleanly: Whether the body was not cut off.
            secrets: What must not be shown of the server's words.
            now: Unix seconds, for waits that are told as moments.
        """
        named = lowered(headers)
        if status != OK:
            return self._error_reply(status, named, b"".join(chunks), secrets, now)
        if _is_stream(named, chunks):
            return read_stream(
                self, named, chunks, ended_cleanly=ended_cleanly, secrets=secrets, now=now
            )
        if not ended_cleanly:
            return Reply(failure=Failure("truncated", "the connection ended inside the reply"))
        return self._whole(named, b"".join(chunks), secrets, now)

    def _error_reply(
        self,
        status: int,
        headers: Mapping[str, str],
        body: bytes,
        secrets: Sequence[str],
        now: float,
    ) -> Reply:
        error = error_of(parse(body)) or plain_error(body)
        failure = classify(status, headers, body, secrets)
        limited = failure.error_class == LIMITED
        wait = retry_after_s(headers, error, now, limited=limited)
        return Reply(
            failure=failure,
            retry_after_s=wait if status >= CLIENT_ERROR else None,
            rate_limit=limits_in(error, now),
            learned=self.learned(status, error),
        )

    def _whole(
        self, headers: Mapping[str, str], body: bytes, secrets: Sequence[str], now: float
    ) -> Reply:
        if not body.strip():
            return Reply(failure=Failure("protocol", "HTTP 200 with an empty body"))
        document = parse(body)
        if document is None and is_page(headers, body):
            return Reply(failure=Failure("gateway", "HTTP 200, but the body is a web page"))
        if not isinstance(document, dict | list):
            return Reply(failure=Failure("protocol", "HTTP 200, but the body is no JSON object"))
        last = document[-1] if isinstance(document, list) and document else document
        known = isinstance(last, dict) and self.knows(last)
        error = None if known else error_of(document)
        if error is not None:
            failure = from_error(error, OK, secrets)
            limited = failure.error_class == LIMITED
            return Reply(
                failure=failure,
                retry_after_s=retry_after_s(headers, error, now, limited=limited),
                rate_limit=limits_in(error, now),
            )
        if not isinstance(last, dict):
            return Reply(failure=Failure("protocol", f"the reply has no {self.body_key}"))
        refused = self.refused(last)
        parts = last.get(self.body_key)
        good = isinstance(parts, list) and (
            any(isinstance(part, dict) for part in parts) or (self.may_be_wordless and not parts)
        )
        if refused is None and not good:
            refused = Failure("protocol", f"the reply has no {self.body_key}")
        return Reply(
            failure=refused,
            usage=self.usage(self.whole_usage(last), headers),
            text=self.whole_text(last),
        )


def _is_stream(headers: Mapping[str, str], chunks: Sequence[bytes]) -> bool:
    """Whether a 200 is a stream: by its first bytes, else by its content type."""
    start = b""
    for chunk in chunks:
        start = (start + chunk[:ENOUGH]).lstrip(_BEFORE_TEXT)
        if len(start) >= ENOUGH:
            break
    if start.startswith(_STREAM_STARTS):
        return True
    content_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    # Some relays answer a streaming request with an error's JSON, or a page, under this type.
    return content_type == "text/event-stream" and not start.startswith((b"{", b"[", b"<"))
