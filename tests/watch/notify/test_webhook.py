"""A webhook is a real server here: it takes an alert, refuses it, hangs, or is not there."""

import contextlib
import dataclasses
import json
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from relaytop.config.settings import Secret
from relaytop.watch.notify.bodies import bodies
from relaytop.watch.notify.channel import Closing
from relaytop.watch.notify.webhook import WebhookChannel
from tests.support.alerts import FIRING, ONE, resolved
from tests.support.samples import T0
from tests.support.server import Response, ScriptedServer, Seen
from tests.watch.notify.closing import NoWaits

PATH = "/services/T00/B00/sEcReTtOkEn"


def answers(*responses: Response) -> Iterator[Response]:
    """Yield the responses, then the last one for ever."""
    yield from responses
    while True:
        yield responses[-1]


class Hook(ScriptedServer):
    """A webhook that answers what it is told."""

    def __init__(self, *responses: Response) -> None:
        self._answers = answers(*responses)
        super().__init__(lambda _seen: next(self._answers))

    def channel(
        self, form: str = "json", path: str = PATH, timeout_s: float = 5.0
    ) -> WebhookChannel:
        url = Secret(f"http://127.0.0.1:{self.port}{path}")
        made = bodies(form, "ops-1", lambda: T0 + 60)
        return WebhookChannel(url, made, timeout_s=timeout_s)


def test_an_alert_is_posted_as_json() -> None:
    with Hook(Response(204)) as hook:
        assert hook.channel().deliver(FIRING, NoWaits()) is None
        (seen,) = hook.requests
    assert (seen.method, seen.path) == ("POST", PATH)
    assert seen.headers["content-type"] == "application/json"
    assert seen.headers["user-agent"].startswith("relaytop/")
    assert (seen.json["state"], seen.json["key"]) == ("firing", "holysheep")


def test_slacks_form() -> None:
    with Hook(Response(200)) as hook:
        assert hook.channel("slack").deliver(resolved(), NoWaits()) is None
    assert set(hook.requests[0].json) == {"text", "blocks"}


def test_a_server_that_fails_is_tried_again_later_each_time() -> None:
    closing = NoWaits()
    with Hook(Response(500), Response(503), Response(200)) as hook:
        assert hook.channel().deliver(FIRING, closing) is None
        assert len(hook.requests) == 3
    assert closing.waits_s == [1.0, 2.0]


def test_a_server_that_goes_on_failing_is_given_up() -> None:
    closing = NoWaits()
    with Hook(Response(500)) as hook:
        failure = hook.channel().deliver(FIRING, closing)
        assert len(hook.requests) == 6
    assert failure is not None
    assert failure.kind == "the server replied 500"
    assert closing.waits_s == [1.0, 2.0, 4.0, 8.0, 16.0]


@pytest.mark.parametrize(("asked", "waits_s"), [("7", 7.0), ("86400", 300.0), ("soon", 1.0)])
def test_the_wait_that_a_server_asks_for_is_kept_up_to_five_minutes(
    asked: str, waits_s: float
) -> None:
    closing = NoWaits()
    with Hook(Response(429, {"Retry-After": asked}), Response(200)) as hook:
        assert hook.channel().deliver(FIRING, closing) is None
    assert closing.waits_s == [waits_s]


def test_a_date_to_wait_for() -> None:
    closing = NoWaits()
    at = format_datetime(datetime.now(UTC) + timedelta(seconds=100), usegmt=True)
    with Hook(Response(503, {"Retry-After": at}), Response(200)) as hook:
        assert hook.channel().deliver(FIRING, closing) is None
    assert 50 < closing.waits_s[0] <= 100


def test_waits_do_not_add_up_without_end() -> None:
    closing = NoWaits()
    with Hook(Response(429, {"Retry-After": "300"})) as hook:
        assert hook.channel().deliver(FIRING, closing) is not None
    assert sum(closing.waits_s) <= 600


@pytest.mark.parametrize("status", [400, 401, 404, 410])
def test_a_refusal_is_final(status: int) -> None:
    with Hook(Response(status)) as hook:
        failure = hook.channel().deliver(FIRING, NoWaits())
        assert len(hook.requests) == 1
    assert failure is not None
    assert failure.kind == f"the server replied {status}"


def test_redirects_are_not_followed() -> None:
    with Hook(Response(200)) as other:
        location = {"Location": f"http://127.0.0.1:{other.port}/x"}
        with Hook(Response(307, location)) as hook:
            failure = hook.channel().deliver(FIRING, NoWaits())
            assert len(hook.requests) == 1
        assert not other.requests
    assert failure is not None
    assert "redirects are not followed" in failure.kind


def test_a_server_that_hangs() -> None:
    with Hook(Response(silent=True), Response(200)) as hook:
        assert hook.channel(timeout_s=0.2).deliver(FIRING, NoWaits()) is None
        assert len(hook.requests) == 2


def test_a_server_that_hangs_for_ever() -> None:
    with Hook(Response(silent=True)) as hook:
        failure = hook.channel(timeout_s=0.05).deliver(FIRING, NoWaits())
    assert failure is not None
    assert failure.kind == "no answer in time"


@contextlib.contextmanager
def dripping(first: bytes, drop: bytes) -> Iterator[int]:
    """Serve what never ends, a drop every 10 ms; yields the port."""

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                with connection, contextlib.suppress(OSError):
                    connection.sendall(first)
                    while not connection.send(drop) or not over.wait(0.01):
                        pass

    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, daemon=True).start()
        yield listener.getsockname()[1]
        over.set()


@pytest.mark.parametrize("first", [b"", b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 200 OK\r\n"])
def test_a_server_whose_headers_never_end(first: bytes) -> None:
    with dripping(first, b"a: b\r\n" if first else b"H") as port:
        url = Secret(f"http://127.0.0.1:{port}{PATH}")
        channel = WebhookChannel(url, bodies("json", "ops-1", lambda: T0), timeout_s=0.1)
        failure = channel.deliver(FIRING, NoWaits())
    assert failure is not None
    assert failure.kind in {"no answer in time", "cannot be reached: no valid HTTP answer"}


def test_a_server_that_does_not_speak_tls_and_one_that_nobody_vouches_for() -> None:
    with dripping(b"HTTP/1.1 400 Bad Request\r\n", b"a: b\r\n") as port:
        url = Secret(f"https://127.0.0.1:{port}{PATH}")
        channel = WebhookChannel(url, bodies("json", "ops-1", lambda: T0))
        failure = channel.deliver(FIRING, NoWaits())
    assert failure is not None
    assert failure.kind.startswith("cannot be reached: TLS handshake failed: ")
    assert "_" not in failure.kind
    with ScriptedServer(lambda _seen: Response(200), tls=True) as server:
        url = Secret(f"https://127.0.0.1:{server.port}{PATH}")
        channel = WebhookChannel(url, bodies("json", "ops-1", lambda: T0))
        failure = channel.deliver(FIRING, NoWaits())
    assert failure is not None
    assert failure.kind.startswith("cannot be reached: certificate: ")


def test_no_server_and_no_http() -> None:
    with Hook(Response(raw=b"220 mail\r\n")) as hook:
        channel = hook.channel()
        failure = channel.deliver(FIRING, NoWaits())
        assert failure is not None
        assert "cannot be reached" in failure.kind
    failure = channel.deliver(FIRING, NoWaits())
    assert failure is not None
    assert failure.kind == "cannot be reached: Connection refused"


@pytest.mark.parametrize("url", ["http://[", "http://127.0.0.1:1/sEcReT\x00", "ftp://h/sEcReT"])
def test_a_url_that_cannot_be_used(url: str) -> None:
    channel = WebhookChannel(Secret(url), bodies("json", "ops-1", lambda: T0))
    failure = channel.deliver(FIRING, NoWaits())
    assert failure is not None
    assert "sEcReT" not in repr((failure, channel.name, channel))


def test_nothing_of_the_url_but_the_host_is_told() -> None:
    responses = (
        Response(500),
        Response(302, {"Location": PATH}),
        Response(404),
        Response(raw=b"x"),
    )
    for response in responses:
        with Hook(response) as hook:
            channel = hook.channel()
            failure = channel.deliver(FIRING, NoWaits())
        assert channel.name == "webhook 127.0.0.1"
        assert "sEcReT" not in repr((failure, channel, channel.name))


def test_at_the_end_it_is_tried_once() -> None:
    closing = Closing()
    closing.begin(1.0)
    with Hook(Response(500)) as hook:
        assert hook.channel().deliver(FIRING, closing) is not None
        assert len(hook.requests) == 1


def posted(seen: Seen) -> list[tuple[str, str]]:
    return [(each["labels"]["severity"], each["endsAt"]) for each in seen.json]


def test_alertmanager_is_told_again_while_it_fires_and_of_the_end() -> None:
    degraded = dataclasses.replace(FIRING, severity="degraded")
    with Hook(Response(200)) as hook:
        channel = hook.channel("alertmanager", path="")
        assert channel.refresh_s == 60
        for done in (
            channel.refresh([], NoWaits()),
            channel.deliver(degraded, NoWaits()),
            channel.deliver(ONE, NoWaits()),
            channel.refresh([degraded, ONE], NoWaits()),
            channel.deliver(FIRING, NoWaits()),
            channel.deliver(resolved(), NoWaits()),
            channel.deliver(resolved(ONE), NoWaits()),
            channel.refresh([], NoWaits()),
        ):
            assert done is None
    later, now = "2026-09-21T14:18:20.000Z", "2026-09-21T14:14:20.000Z"
    assert {seen.path for seen in hook.requests} == {"/api/v2/alerts"}
    assert [posted(seen) for seen in hook.requests] == [
        [("warning", later)],
        [("critical", later)],
        [("warning", later), ("critical", later)],
        [("warning", now), ("critical", later)],
        [("critical", "2026-09-21T14:25:20.000Z")],
        [("critical", "2026-09-21T14:25:20.000Z")],
    ]


def test_alertmanager_is_told_what_is_known_now() -> None:
    degraded = dataclasses.replace(FIRING, severity="degraded")
    worse = dataclasses.replace(FIRING, acknowledged=True, targets=(*FIRING.targets, "holysheep/x"))
    snoozed = dataclasses.replace(ONE, snoozed_until=T0 + 900)
    with Hook(Response(200)) as hook:
        channel = hook.channel("alertmanager")
        for done in (
            channel.deliver(degraded, NoWaits()),
            channel.refresh([worse, snoozed], NoWaits()),
            channel.refresh([snoozed], NoWaits()),
            channel.refresh([ONE], NoWaits()),
        ):
            assert done is None
    _, again, unsnoozed = (seen.json for seen in hook.requests)
    (alert,) = again
    assert alert["labels"]["severity"] == "warning", "the one that it was told of"
    assert alert["annotations"]["targets"].endswith("holysheep/x")
    assert [each["labels"]["key"] for each in unsnoozed] == [ONE.key]


def test_the_documents_are_json_whatever_the_texts() -> None:
    odd = dataclasses.replace(FIRING, message='"\u2028\ud800', key="ключ/м")
    with Hook(Response(200)) as hook:
        for form in ("json", "slack", "alertmanager"):
            assert hook.channel(form).deliver(odd, NoWaits()) is None
    assert all(json.loads(seen.body) for seen in hook.requests)
