"""Each way to do harm by its name, with the class of the sample that should come of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.hostile.wire import (
    CHUNKED,
    END,
    ENDLESS_JSON,
    EVENTS,
    MIB,
    SPEECH,
    Wire,
    body,
    gzip_of_zeros,
    head,
    json_answer,
    refused,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

NASTY = (
    "\x1b]0;pwned-title\x07\x1b]52;c;cHduZWQ=\x07\x1b[2J\x1b[H\x1b[38;2;1;2;3m"
    "\x9d0;pwned-title\x9c\x9b5n\x1bP+q544e\x1b\\\r\n\u202egnp.exe\u2066\u200b"
    "[bold red]marked[/] [@click=app.quit]quit[/] \\[x]"
)
"""Escapes, OSC 52, C1 controls, bidi marks and markup."""
SHOWN = "gnp.exe[bold red]marked[/] [@click=app.quit]quit[/] \\[x]"
"""The rest of it that a screen may show."""


@dataclass(frozen=True)
class Behaviour:
    """One way to answer.

    Args:
        answer: What the relay does.
        expected: The error class of the sample; None where the reply is good all the same.
    """

    answer: Callable[[Wire], Awaitable[None]]
    expected: str | None


BEHAVIOURS: dict[str, Behaviour] = {}


def hostile(
    expected: str | None,
) -> Callable[[Callable[[Wire], Awaitable[None]]], Callable[[Wire], Awaitable[None]]]:
    def keep(answer: Callable[[Wire], Awaitable[None]]) -> Callable[[Wire], Awaitable[None]]:
        BEHAVIOURS[answer.__name__] = Behaviour(answer, expected)
        return answer

    return keep


def fixed(name: str, expected: str | None, *parts: bytes) -> None:
    """Keep a behaviour that sends the same bytes whoever asks, then hangs up."""

    async def answer(wire: Wire) -> None:
        await wire.send(*parts)

    BEHAVIOURS[name] = Behaviour(answer, expected)


# ── that never ends ──────────────────────────────────────────────────────────


@hostile("timeout")
async def never(wire: Wire) -> None:
    await wire.send(b"", pause_s=3600)


@hostile("timeout")
async def slow_headers(wire: Wire) -> None:
    for byte in head("200 OK", "Content-Type: application/json"):
        await wire.send(bytes([byte]), pause_s=1.0)


@hostile("timeout")
async def keep_alive(wire: Wire) -> None:
    await wire.send(EVENTS)
    await wire.repeat(b": keep-alive\n\n", pause_s=0.05)


@hostile("timeout")
async def drip(wire: Wire) -> None:
    await wire.send(ENDLESS_JSON)
    await wire.repeat(b" ", pause_s=0.02)


@hostile("timeout")
async def talkative(wire: Wire) -> None:
    await wire.send(EVENTS)
    await wire.repeat(SPEECH, pause_s=0.02)


@hostile("too_large")
async def endless_body(wire: Wire) -> None:
    await wire.send(ENDLESS_JSON)
    await wire.repeat(b" " * 65536)


@hostile("too_large")
async def endless_line(wire: Wire) -> None:
    await wire.send(EVENTS, b"data: ")
    await wire.repeat(b"x" * 65536)


@hostile("too_large")
async def endless_stream(wire: Wire) -> None:
    await wire.send(EVENTS)
    await wire.repeat(SPEECH * 500)


@hostile("too_large")
async def endless_hints(wire: Wire) -> None:
    await wire.repeat(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" * 50)


@hostile("timeout")
async def slow_hints(wire: Wire) -> None:
    await wire.repeat(b"HTTP/1.1 100 Continue\r\n\r\n", pause_s=0.02)


@hostile("too_large")
async def endless_status(wire: Wire) -> None:
    await wire.send(b"HTTP/1.1 200 ")
    await wire.repeat(b"O" * 16384)


# ── that is too much ─────────────────────────────────────────────────────────


@hostile("too_large")
async def gzip_bomb(wire: Wire) -> None:
    await wire.send(
        head("200 OK", "Content-Type: application/json", "Content-Encoding: gzip"),
        *gzip_of_zeros(1024),
    )


@hostile("too_large")
async def bomb_in_a_stream(wire: Wire) -> None:
    await wire.send(
        head("200 OK", "Content-Type: text/event-stream", "Content-Encoding: deflate"),
        *gzip_of_zeros(64),
    )


fixed("many_headers", "too_large", head("200 OK", *(f"X-{i}: {'x' * 8192}" for i in range(200))))
fixed("tiny_headers", "protocol", head("200 OK", *(f"x{i}:" for i in range(6000))))
fixed("tiny_events", "too_large", EVENTS, b"data:x\n\n" * (MIB // 2 - 1))
fixed("tiny_lines", "too_large", EVENTS, b":\n" * (2 * MIB - 1))
fixed("tiny_values", "too_large", ENDLESS_JSON, b"[" + b"[]," * (MIB + MIB // 4) + b"1]")
fixed("deep", "protocol", ENDLESS_JSON, b"[" * (3 * MIB))
fixed("long_message", "server_error", refused("\x1b]x " * 200_000))

# ── that breaks ──────────────────────────────────────────────────────────────


@hostile("connect")
async def reset_before(wire: Wire) -> None:
    wire.reset()


@hostile("truncated")
async def reset_inside(wire: Wire) -> None:
    await wire.send(EVENTS, SPEECH, pause_s=0.1)
    wire.reset()


@hostile("protocol")
async def redirect(wire: Wire) -> None:
    place = f"http://127.0.0.2:{wire.other_port}/v1/chat/completions?k={wire.key}"
    await wire.send(head("307 Go", f"Location: {place}", "Content-Length: 0"))


fixed("broken_chunks", "truncated", CHUNKED, b"5\r\n[1,2,\r\n", b"zz\r\n\r\n")
fixed("negative_chunk", "truncated", CHUNKED, b"-5\r\n[1,2,\r\n")
fixed("short_body", "truncated", head("200 OK", "Content-Length: 900"), b'{"choices": [')
fixed("empty", "protocol", body(b""))
fixed("html_200", "gateway", body(b"<html><h1>Sign in</h1></html>", kind="text/html"))
fixed("html_503", "overloaded", body(b"<html>busy", kind="text/html", status="503 Busy"))
fixed("garbage_status", "protocol", b"SIP/9 \x1b]0;pwned-title\x07 maybe\r\n\r\n")
fixed("two_lengths", "protocol", head("200 OK", "Content-Length: 5", "Content-Length: 7") + b"x")
fixed("nul_header", "protocol", head("200 OK", b"X-\x00: \x00\x1b[2J"))

# ── that lies ────────────────────────────────────────────────────────────────


def counted(*counts: str) -> bytes:
    """Return a whole reply with these texts for its token counts."""
    names = ("prompt_tokens", "completion_tokens", "cost")
    usage = ",".join(f'"{name}":{count}' for name, count in zip(names, counts, strict=True))
    return body(b'{"choices":[{"message":{"content":"x"}}],"usage":{%s}}' % usage.encode())


fixed("usage_negative", None, counted("-5", "-1", "-0.5"))
fixed("usage_nan", None, counted("NaN", "-Infinity", "NaN"))
fixed("usage_huge", None, counted("1" + "0" * 30, "1e308", "1e999"))
fixed("usage_text", None, counted('"many"', '{"a":[]}', '"\\u001b[2J"'))
fixed("usage_digits", None, EVENTS, SPEECH, b'data: {"usage":{"x":%s}}\n\n' % (b"9" * 5000), END)
fixed(
    "limits",
    None,
    json_answer(
        {"choices": [{"message": {"content": "x"}}]},
        "X-RateLimit-Limit-Requests: -1",
        "X-RateLimit-Remaining-Requests: 1e999",
        "X-RateLimit-Reset-Requests: 99999999999999999999h",
        "Retry-After: NaN",
        "OpenAI-Processing-Ms: Infinity",
    ),
)
fixed("wait_for_ever", "rate_limited", refused("no", "Retry-After: 1e300", status="429 X"))
fixed("no_utf8", None, EVENTS, SPEECH.replace(b'"w"', b'"\xff\xfe\xc0\x80"'), END)
fixed("no_utf8_error", "server_error", body(b'{"error":"\xff\xfe\x9b2J"}', status="500 X"))

# ── that attacks the terminal ────────────────────────────────────────────────

fixed("escapes", "server_error", refused(NASTY, b"X-Request-Id: \x9b2J[red]id[/]\xad"))
fixed("escapes_raw", "server_error", body(NASTY.encode(), status="500 X", kind="text/plain"))
fixed(
    "escapes_event",
    "truncated",
    EVENTS,
    SPEECH,
    b"data: " + json.dumps({"error": {"message": NASTY}}).encode() + b"\n\n",
)
fixed("escapes_type", "bad_request", refused("", status="418 \x1b]0;pwned-title\x07", code=NASTY))

# ── that tells the key ───────────────────────────────────────────────────────


@hostile("auth")
async def key_whole(wire: Wire) -> None:
    words = f"Incorrect API key provided: {wire.key}. Bearer {wire.key}{wire.key}"
    await wire.send(refused(words, f"X-Request-Id: req_{wire.key}", status="401 X"))


@hostile("server_error")
async def key_in_part(wire: Wire) -> None:
    words = f"key {wire.key[:14]}*** ends on {wire.key[-10:]}, {wire.key[5:15]}"
    await wire.send(refused(words, f"X-Request-Id: {wire.key[4:18]}"))


@hostile("server_error")
async def key_disguised(wire: Wire) -> None:
    hidden = "\u200b".join(wire.key) + " \x1b[31m".join([wire.key[:12], wire.key[12:]])
    await wire.send(refused(hidden + "\x1b[0m".join(wire.key), f"CF-Ray: {wire.key.upper()}"))


@hostile("protocol")
async def key_in_status(wire: Wire) -> None:
    await wire.send(f"{wire.key} {wire.key}\r\n\r\n".encode())


@hostile("protocol")
async def key_in_encoding(wire: Wire) -> None:
    await wire.send(body(b"{}", f"Content-Encoding: {wire.key}"))
