"""The server of the benches: answers after 50 ms and logs its own times to the microsecond.

A streamed reply has five tokens, or as many as are asked for where that is more than sixteen.
`--tls` serves HTTPS with the tests' certificate, `--spread` draws each delay from a lognormal
distribution around 50 ms, `--faulty` fails each 50th unstreamed request and never answers each
500th one. `--realtime` goes before all other processes, so that its own times stay true on a busy
machine; it needs the right to (root, or CAP_SYS_NICE).
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import random
import ssl
import sys
from pathlib import Path
from time import perf_counter

DELAY_S = 0.05
GAP_S = 0.002
TOKENS = 5
USUAL_MOST = 16
SPREAD = 0.4 if "--spread" in sys.argv else 0.0
"""Standard deviation of the delay's logarithm."""
DELAYS = random.Random(1)
FAILS_EACH, HANGS_EACH = (50, 500) if "--faulty" in sys.argv else (0, 0)
CERTIFICATE = Path(__file__).parents[1] / "support" / "self-signed.pem"
SERIALS = itertools.count(1)
LOG: dict[str, list[list[float]]] = {}


def event(document: object) -> bytes:
    data = b"data: " + json.dumps(document).encode() + b"\n\n"
    return b"%x\r\n%s\r\n" % (len(data), data)


ROLE = event({"choices": [{"delta": {"role": "assistant", "content": ""}}]})
TOKEN = event({"choices": [{"delta": {"content": "word "}}]})
END = (
    event({"choices": [{"delta": {}, "finish_reason": "stop"}]})
    + event({"choices": [], "usage": {"prompt_tokens": 8, "completion_tokens": TOKENS}})
    + b"e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n"
)
STREAM_HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
)
FAILED = b'{"error":{"message":"upstream failed","type":"server_error"}}'
WHOLE = (
    b'{"choices":[{"message":{"content":"pong"}}],'
    b'"usage":{"prompt_tokens":8,"completion_tokens":5}}'
)


class Connection(asyncio.Protocol):
    """One keep-alive connection."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.data = b""

    def data_received(self, data: bytes) -> None:
        self.data += data
        head, end, body = self.data.partition(b"\r\n\r\n")
        if not end:
            return
        length = 0
        for line in head.lower().split(b"\r\n"):
            if line.startswith(b"content-length:"):
                length = int(line[15:])
        if len(body) < length:
            return
        began = perf_counter()
        self.data = body[length:]
        if head.startswith(b"GET /log"):
            self.send_json(json.dumps(LOG).encode())
            LOG.clear()
            return
        request = json.loads(body[:length])
        entry = [0.0, 0.0]
        LOG.setdefault(request["model"], []).append(entry)
        self.serial = next(SERIALS)
        if HANGS_EACH and self.serial % HANGS_EACH == 0:
            return
        most = request.get("max_tokens", USUAL_MOST)
        self.tokens = most if most > USUAL_MOST else TOKENS
        call = self.first if request.get("stream") else self.whole
        delay_s = DELAY_S * DELAYS.lognormvariate(0.0, SPREAD)
        asyncio.get_running_loop().call_later(delay_s, call, entry, began)

    def whole(self, entry: list[float], began: float) -> None:
        failed = FAILS_EACH and self.serial % FAILS_EACH == 0
        self.send_json(FAILED if failed else WHOLE, b"502 Bad Gateway" if failed else b"200 OK")
        entry[1] = (perf_counter() - began) * 1000

    def send_json(self, body: bytes, status: bytes = b"200 OK") -> None:
        if self.transport.is_closing():
            return
        self.transport.write(
            b"HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
            % (status, len(body), body)
        )

    def first(self, entry: list[float], began: float) -> None:
        if self.transport.is_closing():
            return
        self.transport.write(STREAM_HEAD + ROLE + TOKEN)
        entry[0] = (perf_counter() - began) * 1000
        self.later(self.tokens - 1, entry, began)

    def later(self, left: int, entry: list[float], began: float) -> None:
        loop = asyncio.get_running_loop()
        if left:
            loop.call_later(GAP_S, self.next, left, entry, began)
        else:
            self.transport.write(END)
            entry[1] = (perf_counter() - began) * 1000

    def next(self, left: int, entry: list[float], began: float) -> None:
        if self.transport.is_closing():
            return
        self.transport.write(TOKEN)
        self.later(left - 1, entry, began)


async def main() -> None:
    if "--realtime" in sys.argv:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(50))
    loop = asyncio.get_running_loop()
    context = None
    if "--tls" in sys.argv:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE)
    server = await loop.create_server(Connection, "127.0.0.1", 0, backlog=512, ssl=context)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.sleep(3600)


if __name__ == "__main__":
    asyncio.run(main())
