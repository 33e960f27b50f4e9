"""A Prometheus, or what speaks its query API, asked over HTTP."""

from __future__ import annotations

import asyncio
import math
from typing import TYPE_CHECKING, TypeVar

import httpx

from relaytop.fleet.prometheus.answers import read_matrix, read_vector, refusal
from relaytop.fleet.prometheus.errors import PrometheusError
from relaytop.wire.text import clean, scrub

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from ssl import SSLContext

    from relaytop.config.settings import Secret
    from relaytop.fleet.prometheus.series import Range, Value

T = TypeVar("T")

TIMEOUT_S = 10.0
"""Deadline of a query."""
MAX_BYTES = 32 * 1024 * 1024
"""An answer of 100,000 series is about 15 MB."""
AT_ONCE = 4
"""Queries that are asked at the same time."""
_STATUS = {
    401: "it wants authentication: set token_env, token_command or token_file in [fleet]",
    403: "it refuses access (HTTP 403): check the token and headers in [fleet]",
    404: "not a Prometheus: nothing at /api/v1/query (HTTP 404); give the URL up to its prefix",
    405: "not a Prometheus: /api/v1/query takes no POST (HTTP 405)",
    429: "it is asked too often (HTTP 429)",
}


class PrometheusClient:
    """Asks queries; each failure is one sentence.

    Args:
        url: Its URL, up to a path prefix.
        token: The bearer token.
        headers: Others, such as `X-Scope-OrgID`.
        ca_file: The certificates to believe; None: the system's.
        timeout_s: Deadline of a query.
    """

    def __init__(
        self,
        url: str,
        *,
        token: Secret | None = None,
        headers: Mapping[str, str] | None = None,
        ca_file: str | None = None,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        self.asked = 0
        """Queries so far."""
        self._url = url.rstrip("/")
        self._timeout_s = timeout_s
        self._secrets = [*(headers or {}).values()]
        self._secrets += [token.reveal()] if token is not None else []
        bearer = {"Authorization": f"Bearer {token.reveal()}"} if token is not None else {}
        self._http = httpx.AsyncClient(
            headers={**(headers or {}), **bearer},
            verify=_tls(ca_file) if url.startswith("https:") else True,
            timeout=timeout_s,
            follow_redirects=False,
            trust_env=False,  # a proxy of the environment's is for the world outside
        )
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def query(self, expr: str, at: float | None) -> list[Value]:
        """Return the instant vector of an expression.

        Args:
            expr: PromQL.
            at: Unix seconds; None: now, by Prometheus' clock.

        Raises:
            PrometheusError: It cannot be had.
        """
        moment = {} if at is None else {"time": f"{at:.3f}"}
        body = await self._ask("query", {"query": expr, **moment})
        return await self._read(read_vector, body)

    async def query_range(self, expr: str, start: float, end: float, step_s: float) -> list[Range]:
        """Return the range vector of an expression.

        Args:
            expr: PromQL.
            start: Unix seconds of the first point.
            end: Unix seconds of the last at most.
            step_s: Seconds between two.

        Raises:
            PrometheusError: It cannot be had.
        """
        span = {"start": f"{start:.3f}", "end": f"{end:.3f}", "step": f"{step_s:.3f}"}
        body = await self._ask("query_range", {"query": expr, **span})
        return await self._read(read_matrix, body)

    async def aclose(self) -> None:
        """Close its connections."""
        await self._http.aclose()

    async def _read(self, read: Callable[[bytes], T], body: bytes) -> T:
        """Read an answer: megabytes of JSON beside the loop, which draws the screen meanwhile."""
        try:
            return await asyncio.to_thread(read, body)
        except PrometheusError as error:
            raise self._scrubbed(error) from None

    def _scrubbed(self, error: PrometheusError) -> PrometheusError:
        """Return an error without a key that the server repeats."""
        return PrometheusError(scrub(str(error), self._secrets), asks_less=error.asks_less)

    async def _ask(self, path: str, form: dict[str, str]) -> bytes:
        """Return the body of an answer; queries are too long for a URL, so that they are posted."""
        form["timeout"] = f"{math.ceil(self._timeout_s)}s"
        async with self._slots:
            self.asked += 1
            try:
                async with asyncio.timeout(self._timeout_s):
                    return await self._post(f"{self._url}/api/v1/{path}", form)
            except TimeoutError:
                raise self._late() from None
            except httpx.TimeoutException:
                raise self._late() from None
            except httpx.HTTPError as error:
                raise PrometheusError(self._words(error)) from None
            except httpx.InvalidURL as error:
                sentence = f"its URL cannot be used: {clean(str(error))}"
                raise PrometheusError(sentence) from None

    def _late(self) -> PrometheusError:
        return PrometheusError(f"no answer within {self._timeout_s:g} s")

    async def _post(self, url: str, form: dict[str, str]) -> bytes:
        async with self._http.stream("POST", url, data=form) as reply:
            body = bytearray()
            async for part in reply.aiter_bytes():
                body += part
                if len(body) > MAX_BYTES:
                    sentence = f"its answer is larger than {MAX_BYTES // 2**20} MB"
                    sentence += "; narrow it with --match"
                    raise PrometheusError(sentence, asks_less=True)
        if reply.status_code == httpx.codes.OK:
            return bytes(body)
        raise self._refused(reply, bytes(body))

    def _refused(self, reply: httpx.Response, body: bytes) -> PrometheusError:
        status = reply.status_code
        if status in {401, 403}:
            return PrometheusError(_STATUS[status])
        try:
            document = httpx.Response(status, content=body).json()
        except ValueError:
            document = None
        if isinstance(document, dict) and document.get("status") == "error":
            return self._scrubbed(refusal(document))
        if httpx.codes.is_redirect(status):
            return PrometheusError(
                f"it redirects (HTTP {status}); give the URL that it redirects to"
            )
        words = clean(body.decode(errors="replace"), 100) if _is_text(reply) else ""
        said = f": {scrub(words, self._secrets)}" if words else ""
        return PrometheusError(_STATUS.get(status, f"it answers with HTTP {status}{said}"))

    def _words(self, error: httpx.HTTPError) -> str:
        text = scrub(clean(str(error)), self._secrets)
        if isinstance(error, httpx.ConnectError):
            return f"no connection: {text or 'refused'}"
        return f"the connection broke: {text or type(error).__name__}"


def _is_text(reply: httpx.Response) -> bool:
    return str(reply.headers.get("content-type", "")).startswith("text/plain")


def _tls(ca_file: str | None) -> SSLContext:
    import ssl  # noqa: PLC0415 - only where it is asked over TLS

    return ssl.create_default_context(cafile=ca_file)
