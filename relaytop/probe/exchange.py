"""One HTTP exchange, a request and its reply, with the stamps of the socket; it never raises."""

from __future__ import annotations

import asyncio
import time
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

import httpcore

from relaytop.config.steady_clock import STEADY
from relaytop.probe._httpx import httpx
from relaytop.probe.errors import CONNECT, ProbeError
from relaytop.probe.reply_body import ReplyBody
from relaytop.probe.sample import Phases
from relaytop.wire.facts import Failure
from relaytop.wire.headers import lowered
from relaytop.wire.raw_reply import RawReply
from relaytop.wire.token_rate import tokens_per_s

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from relaytop.probe.sample import Clock
    from relaytop.probe.stream import StampedStream
    from relaytop.probe.transport import StampedTransport
    from relaytop.wire.facts import Reply, Request

SLACK_MS = 0.5
"""A TTFT that may be too large by less is exact."""
PROXY_AUTHENTICATION_REQUIRED = 407
REQUEST_TIMEOUT = 408
GOODBYE_S = 1.0
"""Within this, no server has waited for a request that it then calls too slow."""
HUNG_UP = "a reused connection was closed by the server"
PROXY_REFUSED = "the proxy refused: "
PROXY_407 = f"{PROXY_REFUSED}{PROXY_AUTHENTICATION_REQUIRED} Proxy Authentication Required"


class Exchange:
    """One request over a transport, and its reply.

    Args:
        transport: The target's; None where the provider cannot be reached.
    """

    def __init__(self, transport: StampedTransport | None) -> None:
        self.status: int | None = None
        self.headers: Mapping[str, str] = {}
        """The reply's, by lower-case name."""
        self.body: ReplyBody | None = None
        self.failure: Failure | None = None
        self.stale = False
        """Whether a reused connection died before the first byte."""
        self._transport = transport
        self._before = self._stream
        self._began_at = STEADY()
        self._began = self._ended = time.perf_counter()
        self._sent: float | None = None
        self._first: float | None = None
        self._last: float | None = None
        self._late_s: float | None = None
        self._kernel_stamped = False

    async def run(self, request: Request, timeout_s: float) -> None:
        """Send the request and read its reply, within `timeout_s` seconds for all of it."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._exchange(request)
        except TimeoutError:
            message = f"no complete reply within {timeout_s:g} s ({self._progress()})"
            self.failure = Failure("timeout", message)
        except ProbeError as error:
            self.failure = Failure(error.error_class, str(error))
        except httpcore.LocalProtocolError:
            # httpcore quotes the header, which may be the key's.
            self.failure = Failure("protocol", "a request header is not valid HTTP")
        except (httpcore.ProtocolError, httpcore.NetworkError, OSError) as error:
            self._record_disconnect(str(error))
        except httpcore.ProxyError as error:
            self._record_proxy_refusal(str(error))
        except (httpx.InvalidURL, ValueError, RuntimeError) as error:
            self.failure = Failure("protocol", f"{type(error).__name__}: {error}")
        finally:
            self._ended = time.perf_counter()
            self._copy_stamps()

    async def _exchange(self, request: Request) -> None:
        if self._transport is None:
            return
        response = await self._transport.send(
            httpx.Request(
                request.method,
                _url(request.url),
                headers=request.headers,
                content=request.body or None,
            )
        )
        try:
            self.status = response.status
            self.headers = lowered(response.headers)
            if self.status == PROXY_AUTHENTICATION_REQUIRED:
                # Only a proxy answers so: a plain one here, that of a tunnel by its refusal.
                raise ProbeError(CONNECT, PROXY_407)
            if self._is_goodbye():
                self.stale, self.status, self.headers = True, None, {}
                raise ProbeError(CONNECT, HUNG_UP)
            self.body = body = ReplyBody(_encoding(response.headers))
            stream = self._stream
            async for part in response.aiter_stream():
                if part and stream is not None:
                    body.append(part, stream.read_at, stream.early_s)
        finally:
            await response.aclose()

    def raw_reply(self, secrets: Sequence[str], now: float) -> RawReply | None:
        """Return the reply as far as it came; None where it has no body that can be read.

        Args:
            secrets: Keys and the like, to be removed from the server's messages.
            now: Unix seconds.
        """
        if self.status is None or self.body is None:
            return None
        if self.failure is not None and self.failure.error_class != "truncated":
            return None
        return RawReply(
            status=self.status,
            headers=self.headers,
            chunks=self.body.pieces(),
            ended_cleanly=self.failure is None,
            secrets=secrets,
            now=now,
        )

    @property
    def _stream(self) -> StampedStream | None:
        return self._transport.backend.stream if self._transport is not None else None

    def _is_goodbye(self) -> bool:
        """Return whether a 408 is the last word of a connection that idled too long.

        HAProxy, Apache and AWS' balancers send it unasked before they close.
        """
        stream = self._stream
        if self.status != REQUEST_TIMEOUT or stream is None or stream is not self._before:
            return False
        closes = "close" in self.headers.get("connection", "").lower()
        first = stream.first_read_at
        return closes and (first is None or first - stream.sent_at < GOODBYE_S)

    def _record_disconnect(self, reason: str) -> None:
        """Set the failure of a connection that ended early: stale if it was reused and silent."""
        stream = self._stream
        reused = stream is not None and stream is self._before
        silent = stream is not None and stream.first_read_at is None
        if self.status is not None:
            self.failure = Failure(
                "truncated", "the connection was closed in the middle of the reply"
            )
        elif stream is not None and reused and (silent or stream.http2):
            # HTTP/2 says goodbye before it hangs up, so there silence is no sign.
            self.stale = True
            self.failure = Failure("connect", HUNG_UP)
        elif stream is None or silent:
            self.failure = Failure("connect", "the server closed the connection without a reply")
        else:
            self.failure = Failure("protocol", f"not valid HTTP: {reason}")

    def _record_proxy_refusal(self, reason: str) -> None:
        """Set the failure of a tunnel that was refused, by the status line's end."""
        words = f"{PROXY_REFUSED}{reason}"
        if reason.startswith(f"{PROXY_AUTHENTICATION_REQUIRED} "):
            self.status, words = PROXY_AUTHENTICATION_REQUIRED, PROXY_407
        self.failure = Failure(CONNECT, words)

    def _progress(self) -> str:
        stream = self._stream
        if stream is None or not stream.sent_at:
            return "connecting"
        if self.status is not None:
            return "receiving the reply"
        return "nothing received" if stream.first_read_at is None else "receiving headers"

    def _copy_stamps(self) -> None:
        stream = self._stream
        if stream is None or stream.sent_at < self._began:
            return
        self._sent = stream.sent_at
        self._first = stream.first_read_at
        self._last = stream.read_at if stream.read_at > stream.sent_at else None
        self._late_s, self._kernel_stamped = stream.late_s, stream.kernel_stamped

    @property
    def sent_at(self) -> float:
        """The moment the request left (or the exchange began, where none left), Unix seconds."""
        return self._began_at + (self._sent or self._began) - self._began

    @property
    def ended_at(self) -> float:
        """The moment the result was known, Unix seconds."""
        return self._began_at + self._ended - self._began

    @property
    def latency_ms(self) -> float | None:
        """Request sent → the last byte that came."""
        if self._sent is None or self._last is None:
            return None
        return (self._last - self._sent) * 1000

    def ttft_ms(self, reply: Reply) -> float | None:
        """Request sent → the read that completed the first token."""
        if reply.first_token_chunk is None or self._sent is None or self.body is None:
            return None
        return (self.body.stamps[reply.first_token_chunk] - self._sent) * 1000

    def ttft_slack_ms(self, reply: Reply) -> float | None:
        """By how much the TTFT may be too large; None where it is exact."""
        if reply.first_token_chunk is None or self.body is None:
            return None
        slack_ms = self.body.early_s[reply.first_token_chunk] * 1000
        return slack_ms if slack_ms >= SLACK_MS else None

    def gaps_ms(self, reply: Reply) -> tuple[float, float] | tuple[None, None]:
        """Return the longest and the median silence between two chunks of a stream."""
        if reply.first_token_chunk is None or self.body is None or not self.body.stamps[1:]:
            return None, None
        gaps = sorted(after - before for before, after in pairwise(self.body.stamps))
        return gaps[-1] * 1000, gaps[len(gaps) // 2] * 1000

    def tok_s(self, reply: Reply) -> float | None:
        """Output tokens a second while they came; None where that is undefined."""
        return None if self.body is None else tokens_per_s(reply, self.body.stamps)

    @property
    def clock(self) -> Clock:
        """The clock that stamped the reads of the reply."""
        return "kernel" if self._kernel_stamped else "user"

    @property
    def late_ms(self) -> float | None:
        """The longest time from arrival to read; None without the kernel's stamps."""
        return None if self._late_s is None else self._late_s * 1000

    def phases(self) -> Phases:
        """Return the durations of the phases; those of connecting only where this exchange did."""
        stream = self._stream
        if stream is None:
            return Phases()
        made = stream.phases if stream is not self._before else None
        wait = None if self._sent is None or self._first is None else self._first - self._sent
        latency_ms = self.latency_ms
        wait_ms = None if wait is None else wait * 1000
        return Phases(
            dns_ms=made.dns_ms if made else None,
            connect_ms=made.connect_ms if made else None,
            tls_ms=made.tls_ms if made else None,
            wait_ms=wait_ms,
            transfer_ms=None if latency_ms is None or wait_ms is None else latency_ms - wait_ms,
        )


def _encoding(headers: list[tuple[bytes, bytes]]) -> str:
    """Return the reply's `Content-Encoding`; a repeated header is a list."""
    values = [value for name, value in headers if name.lower() == b"content-encoding"]
    return b", ".join(values).decode("latin-1")


@lru_cache(maxsize=64)
def _url(text: str) -> httpx.URL:
    return httpx.URL(text)
