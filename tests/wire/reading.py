"""Reads replies through the public face, as the probe does."""

from collections.abc import Sequence
from typing import Protocol

from relaytop.wire.apis import api_named
from relaytop.wire.facts import Reply
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


def reader(api: str, *secrets: str) -> Read:
    """Return what reads replies of an API."""

    def read(
        chunks: Sequence[bytes],
        *,
        status: int = 200,
        headers: Sequence[tuple[bytes, bytes]] = SSE,
        cleanly: bool = True,
    ) -> Reply:
        return api_named(api).read_reply(
            status, headers, chunks, ended_cleanly=cleanly, secrets=secrets, now=0.0
        )

    return read


read = reader("openai", "sk-123")


def class_of(reply: Reply) -> str | None:
    return reply.failure.error_class if reply.failure else None
