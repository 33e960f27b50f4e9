"""Requests of one official status page: without any key or header of the provider."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from relaytop.config.settings import Provider
from relaytop.probe.errors import ProbeError
from relaytop.probe.exchange import Exchange
from relaytop.probe.transport import StampedTransport
from relaytop.probe.transport_settings import transport_settings
from relaytop.wire.facts import Failure, OfficialStatus, Request
from relaytop.wire.request import headers_for
from relaytop.wire.status_page import read_status_page
from relaytop.wire.text import clean

if TYPE_CHECKING:
    from relaytop.probe.transport_settings import TransportSettings

TIMEOUT_S = 10.0
MAX_BYTES = 1024 * 1024
"""Of a document; the largest that are known have a tenth of it."""
DOCUMENTS = ("/api/v2/summary.json", "/summary.json")
"""Where a page has its document: Statuspage and incident.io, Instatus."""
MAX_ETAG = 200
MAX_PAGE = 120
"""Characters of a URL that are told."""
OK, NOT_MODIFIED = 200, 304
REDIRECTS = range(300, 400)
UNREACHABLE = frozenset({"dns", "connect", "tls", "timeout"})
"""Failures of the host, which its other documents share."""


@dataclass(frozen=True, slots=True)
class _Known:
    """The newest document, by its tag."""

    etag: str
    status: OfficialStatus


class StatusPageReader:
    """Reads one status page, again and again; finds by itself where its document is.

    Args:
        url: The page's, or that of its document (`.json`).
        provider: One whose page it is: its proxy and its CA file are used, nothing else of it.
    """

    def __init__(self, url: str, provider: Provider) -> None:
        is_document = urlsplit(url).path.endswith(".json")
        self._documents = [url] if is_document else [f"{url}{path}" for path in DOCUMENTS]
        self._provider = Provider(
            name=provider.name,
            base_url=url,
            ca_file=provider.ca_file,
            tls_strict=provider.tls_strict,
            proxy=provider.proxy,
        )
        self._known: dict[str, _Known] = {}
        self._settings: TransportSettings | Failure
        try:
            # Here and not at the first request: reading certificates would delay others' replies.
            self._settings = transport_settings(self._provider)
        except ProbeError as error:
            self._settings = Failure(error.error_class, clean(str(error)))

    async def read(self) -> OfficialStatus | Failure:
        """Ask once; never raises on what a server does."""
        settings = self._settings
        if isinstance(settings, Failure):
            return settings
        failures: list[Failure] = []
        for document in tuple(self._documents):
            found = await self._request(document, settings)
            if isinstance(found, OfficialStatus):
                self._documents.remove(document)
                self._documents.insert(0, document)
                return found
            failures.append(found)
            if found.error_class in UNREACHABLE:
                break
        return failures[0]

    async def _request(
        self, document: str, settings: TransportSettings
    ) -> OfficialStatus | Failure:
        known = self._known.get(document)
        own = {} if known is None else {"If-None-Match": known.etag}
        request = Request("GET", document, headers_for(self._provider, own), b"")
        transport = StampedTransport(settings)
        exchange = Exchange(transport)
        try:
            await exchange.run(request, TIMEOUT_S)
        finally:
            await transport.aclose()
        if known is not None and exchange.status == NOT_MODIFIED:
            return known.status
        failure = _failure(exchange, document)
        if failure is not None or exchange.body is None:
            return failure or Failure("protocol", "no reply")
        # On a thread: reading it takes as long as other replies must not wait.
        found = await asyncio.to_thread(read_status_page, b"".join(exchange.body.pieces()))
        if found is None:
            return Failure("protocol", "not a document of Statuspage or Instatus")
        etag = exchange.headers.get("etag", "")
        self._known.pop(document, None)
        if etag and len(etag) <= MAX_ETAG and etag.isascii() and etag.isprintable():
            self._known[document] = _Known(etag, found)
        return found


def _failure(exchange: Exchange, document: str) -> Failure | None:
    """Return why a reply is no document; None where it may be one."""
    if exchange.failure is not None:
        return Failure(exchange.failure.error_class, clean(exchange.failure.message))
    if exchange.status in REDIRECTS:
        return Failure("protocol", _redirect(document, exchange.headers.get("location", "")))
    if exchange.status != OK:
        return Failure("protocol", f"HTTP {exchange.status}")
    if exchange.body is not None and exchange.body.size > MAX_BYTES:
        return Failure("too_large", "the document is larger than 1 MiB")
    return None


def _redirect(document: str, location: str) -> str:
    """Return the words for a redirect, which is not followed, with the URL to set instead."""
    try:
        parts = urlsplit(urljoin(document, location))
    except ValueError:
        return "it redirects to nowhere"
    path = parts.path
    for each in DOCUMENTS:
        path = path.removesuffix(each)
    page = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{path}"
    return f"it redirects to {clean(page, MAX_PAGE)}; set status_page to that"
