"""Answers to `/models` that are no fair list."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.hostile.behaviours import NASTY
from tests.hostile.wire import Wire, body, gzip_of_zeros, head, json_answer, refused

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

ENTRIES = 100_000
LISTS: dict[str, Callable[[Wire], Awaitable[None]]] = {}


def listed(answer: Callable[[Wire], Awaitable[None]]) -> Callable[[Wire], Awaitable[None]]:
    LISTS[answer.__name__] = answer
    return answer


def of(ids: list[str]) -> bytes:
    """Return a list of models as OpenAI sends it."""
    entries = [{"id": name} for name in ids]
    return body(json.dumps({"data": entries}, separators=(",", ":")).encode())


def fixed(name: str, answer: bytes) -> None:
    async def send(wire: Wire) -> None:
        await wire.send(answer)

    LISTS[name] = send


fixed("plain", of(["a", "b"]))
fixed("huge", of([f"vendor/model-{i:06}" for i in range(ENTRIES)]))
fixed("over", of([f"vendor/{'x' * 40}-{i:06}" for i in range(ENTRIES)]))
fixed(
    "no_objects",
    json_answer({"data": [1, None, [], "name", True, {"id": 7}, {"id": ""}, {}] * 100}),
)
fixed("no_list", json_answer({"data": {"id": "a"}}))
fixed("escapes", of([f"evil-{NASTY}", "\u202e\x1b]52;c;eA==\x07", "plain-id", "w\u202ee\x9b2Jb"]))
fixed("long_ids", of([f"{i}-" + "\u0336x" * 5000 for i in range(20)]))
fixed("page", body(b"<html>sign in", kind="text/html"))
fixed("garbage", b"\x1b]0;pwned-title\x07\r\n\r\n")
fixed("refusing", refused(NASTY, status="403 X"))
fixed("empty", of([]))


@listed
async def never(wire: Wire) -> None:
    await wire.send(b"", pause_s=3600)


@listed
async def bomb(wire: Wire) -> None:
    await wire.send(head("200 OK", "Content-Encoding: gzip"), *gzip_of_zeros(1024))


@listed
async def redirect(wire: Wire) -> None:
    place = f"http://127.0.0.2:{wire.other_port}/v1/models"
    await wire.send(head("302 Go", f"Location: {place}", "Content-Length: 0"))


@listed
async def with_key(wire: Wire) -> None:
    await wire.send(of(["fair", f"model-{wire.key}", wire.key[:20]]))


@listed
async def key_refused(wire: Wire) -> None:
    await wire.send(refused(f"no such key: {wire.key}", status="401 X"))


@listed
async def reset(wire: Wire) -> None:
    wire.reset()
