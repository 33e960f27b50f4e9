"""Reads replies through the public face, as the probe does."""

from collections.abc import Sequence
from typing import Protocol

from relaytop.wire.apis import api_named
from relaytop.wire.facts import Failure, Reply
from relaytop.wire.headers import lowered
from relaytop.wire.raw_reply import RawReply
from tests.support.server import usage

API = api_named("openai")
COUNTS = usage(prompt_tokens=5, completion_tokens=2)
SSE = [(b"Content-Type", b"text/event-stream; charset=utf-8")]
JSON = [(b"Content-Type", b"application/json")]


class Read(Protocol):
    def __call__(
        self,
        chunks: Sequence[bytes],
        *,
        status: int = 200,
        headers: Sequence[tuple[bytes, bytes]] = SSE,
        cleanly: bool = True,
    ) -> Reply: ...


def reader(api: str, *secrets: str, mode: str = "chat") -> Read:
    """Return what reads replies of an API."""

    def read(
        chunks: Sequence[bytes],
        *,
        status: int = 200,
        headers: Sequence[tuple[bytes, bytes]] = SSE,
        cleanly: bool = True,
    ) -> Reply:
        return api_named(api, mode).read_reply(
            RawReply(
                status=status,
                headers=lowered(headers),
                chunks=chunks,
                ended_cleanly=cleanly,
                secrets=secrets,
            )
        )

    return read


def read_models(
    api: str, body: bytes, *secrets: str, status: int = 200
) -> tuple[str, ...] | Failure:
    """Read a list of models."""
    raw = RawReply(status=status, headers=lowered(JSON), chunks=[body], secrets=secrets)
    found = api_named(api).read_models(raw)
    return found if isinstance(found, Failure) else found.ids


read = reader("openai", "sk-123")


def class_of(reply: Reply) -> str | None:
    return reply.failure.error_class if reply.failure else None
