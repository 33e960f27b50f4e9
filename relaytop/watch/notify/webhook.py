"""A webhook: alerts are posted as JSON, and tried again for a while where that fails."""

from __future__ import annotations

import math
import time
from http import HTTPStatus
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

import relaytop
from relaytop.config.settings import Provider
from relaytop.probe.errors import ProbeError
from relaytop.watch.notify.channel import Undelivered
from relaytop.watch.notify.request_deadline import RequestDeadline
from relaytop.watch.notify.transport_words import transport_words
from relaytop.wire.durations import wait_s
from relaytop.wire.text import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    import httpx as httpx_types

    from relaytop.alerts.alert import Alert
    from relaytop.config.settings import Secret
    from relaytop.watch.notify.bodies import Bodies
    from relaytop.watch.notify.channel import Closing

TIMEOUT_S = 10.0
BACK_OFF_S = (1.0, 2.0, 4.0, 8.0, 16.0)
"""Waits between the tries."""
MAX_RETRY_AFTER_S = 300.0
MAX_TOTAL_S = 600.0
"""Seconds after which one alert is given up."""
LAST_TIMEOUT_S = 0.5
"""Of what is sent when the end has begun."""
_RETRIED = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}
_REDIRECTS = range(300, 400)


class _Refusal(NamedTuple):
    """One try that failed."""

    reason: str
    retry_after_s: float = 0.0
    """The wait that the server asks for."""
    is_final: bool = False
    """Whether another try is of no use."""


class WebhookChannel:
    """Posts JSON; redirects are not followed, and nothing of the URL but its host is shown.

    Args:
        url: A secret.
        bodies: What is posted.
        timeout_s: Of one try, from connecting to the answer's headers.
    """

    def __init__(self, url: Secret, bodies: Bodies, *, timeout_s: float = TIMEOUT_S) -> None:
        self._timeout_s = timeout_s
        self._url = url
        self._bodies = bodies
        self._client: httpx_types.Client | None = None
        self.name = _name(url.reveal())
        self.refresh_s = bodies.refresh_s

    def deliver(self, alert: Alert, closing: Closing) -> Undelivered | None:
        """Post one alert, for a bounded time again and again; return why it was not accepted."""
        return self._post(self._bodies.of(alert), closing, BACK_OFF_S)

    def refresh(self, firing: Sequence[Alert], closing: Closing) -> Undelivered | None:
        """Post once what fires; return why it was not accepted."""
        document = self._bodies.again(firing)
        return None if document is None else self._post(document, closing, ())

    def _post(
        self, document: object, closing: Closing, back_off_s: tuple[float, ...]
    ) -> Undelivered | None:
        pauses_s, waited_s = iter((*back_off_s, math.inf)), 0.0
        while (refusal := self._try(document, closing)) is not None:
            pause_s = max(next(pauses_s), min(refusal.retry_after_s, MAX_RETRY_AFTER_S))
            waited_s += pause_s
            if refusal.is_final or waited_s > MAX_TOTAL_S or closing.wait(pause_s):
                return Undelivered(refusal.reason)
        return None

    def _try(self, document: object, closing: Closing) -> _Refusal | None:
        """Post once."""
        from relaytop.probe._httpx import httpx  # noqa: PLC0415 - only when an alert fires

        timeout_s = LAST_TIMEOUT_S if closing.begun else self._timeout_s
        try:
            client = self._opened()
            url = httpx.URL(self._url.reveal())
            if url.path in {"", "/"}:
                url = url.copy_with(path=self._bodies.path)
            with (
                RequestDeadline(timeout_s) as deadline,
                client.stream(
                    "POST",
                    url,
                    json=document,
                    timeout=timeout_s,
                    extensions={"trace": deadline.trace},
                ) as response,
            ):
                return _refusal_of(response)
        except ProbeError as error:
            return _Refusal(str(error), is_final=True)
        except httpx.TransportError as error:
            if isinstance(error, httpx.TimeoutException) or deadline.is_over:
                return _Refusal("no answer in time")
            return _Refusal(f"cannot be reached: {transport_words(error)}")
        except (httpx.InvalidURL, ValueError):
            return _Refusal("the URL cannot be used", is_final=True)

    def _opened(self) -> httpx_types.Client:
        """Return the client, made where the first alert is sent: its certificates take 20 ms."""
        if self._client is None:
            from relaytop.probe._httpx import httpx  # noqa: PLC0415 - only when an alert fires
            from relaytop.probe.transport_settings import (  # noqa: PLC0415 - as above
                transport_settings,
            )

            settings = transport_settings(Provider(name="webhook", base_url=self._url.reveal()))
            self._client = httpx.Client(
                verify=settings.context,
                proxy=settings.proxy,
                trust_env=False,
                headers={"User-Agent": f"relaytop/{relaytop.__version__}"},
                follow_redirects=False,
                # The next alert is minutes away: a connection that is kept would be gone by then.
                limits=httpx.Limits(max_keepalive_connections=0),
            )
        return self._client


def _name(url: str) -> str:
    """Return the channel's name: the URL's host, which is no secret."""
    try:
        host = urlsplit(url).hostname
    except ValueError:
        host = None
    return f"webhook {clean(host)}" if host else "webhook"


def _refusal_of(response: httpx_types.Response) -> _Refusal | None:
    """Return what an answer refuses; None for a success. Its body is not read."""
    if response.is_success:
        return None
    status = response.status_code
    text = f"the server replied {status}"
    if status in _REDIRECTS:
        return _Refusal(f"{text}; redirects are not followed", is_final=True)
    is_final = status < HTTPStatus.INTERNAL_SERVER_ERROR and status not in _RETRIED
    asked_s = wait_s(response.headers.get("retry-after"), time.time())
    return _Refusal(text, asked_s or 0.0, is_final)
