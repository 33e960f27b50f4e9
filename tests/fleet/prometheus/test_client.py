"""A Prometheus that answers, one that does not, and what is none: one sentence each."""

from __future__ import annotations

import asyncio
import math
from typing import TYPE_CHECKING

import pytest

from relaytop.config.settings import Secret
from relaytop.fleet.prometheus import client as client_module
from relaytop.fleet.prometheus.client import AT_ONCE, PrometheusClient
from relaytop.fleet.prometheus.errors import PrometheusError
from tests.support.prometheus import (
    AT,
    PrometheusServer,
    data_reply,
    matrix_reply,
    refusal_reply,
    text_reply,
    vector_reply,
)
from tests.support.server import Response

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relaytop.fleet.prometheus.series import Range, Value

TOKEN = "tok-1f9c55ab83e27d"


@pytest.fixture
def server() -> Iterator[PrometheusServer]:
    with PrometheusServer() as running:
        yield running


def client_of(url: str, *, timeout_s: float = 10.0, **given: object) -> PrometheusClient:
    return PrometheusClient(url, timeout_s=timeout_s, **given)  # type: ignore[arg-type]


def query(client: PrometheusClient, expr: str = "x", at: float | None = None) -> list[Value]:
    async def ask() -> list[Value]:
        try:
            return await client.query(expr, at)
        finally:
            await client.aclose()

    return asyncio.run(ask())


def query_range(client: PrometheusClient) -> list[Range]:
    async def ask() -> list[Range]:
        try:
            return await client.query_range("x", AT, AT + 60, 15)
        finally:
            await client.aclose()

    return asyncio.run(ask())


def failure(server: PrometheusServer, answer: Response, timeout_s: float = 10.0) -> PrometheusError:
    """The error that an answer is."""
    server.answers["*"] = answer
    with pytest.raises(PrometheusError) as raised:
        query(client_of(server.url, token=Secret(TOKEN), timeout_s=timeout_s))
    assert TOKEN not in str(raised.value)
    assert str(raised.value).isprintable()
    return raised.value


def test_what_is_asked(server: PrometheusServer) -> None:
    server.answers["*"] = vector_reply([({"a": "1"}, 2.5)])
    client = client_of(
        f"{server.url}/select/0/prometheus/",
        token=Secret(TOKEN),
        headers={"X-Scope-OrgID": "team"},
    )
    (value,) = query(client, 'x{a="ü"}', AT)
    assert (value.labels, value.value, value.at) == ({"a": "1"}, 2.5, AT)
    (asked,) = server.asked
    assert asked.path == "/select/0/prometheus/api/v1/query"
    assert asked.form == {"query": 'x{a="ü"}', "time": f"{AT:.3f}", "timeout": "10s"}
    assert asked.headers["authorization"] == f"Bearer {TOKEN}"
    assert asked.headers["x-scope-orgid"] == "team"


def test_a_range(server: PrometheusServer) -> None:
    points: list[tuple[float, float | str]] = [(AT, 1.0), (AT + 15, "NaN"), (AT + 45, "+Inf")]
    server.answers["*"] = matrix_reply([({"a": "1"}, points)])
    (found,) = query_range(client_of(server.url))
    assert list(found.points) == [(AT, 1.0), (AT + 45, math.inf)]
    (asked,) = server.asked
    assert (asked.form["start"], asked.form["step"]) == (f"{AT:.3f}", "15.000")


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (text_reply("<html>Hi</html>", kind="text/html"), "not a Prometheus: its answer is not"),
        (text_reply("{}", kind="application/json"), "not a Prometheus"),
        (text_reply("[" * 100_000, kind="application/json"), "not a Prometheus"),
        (text_reply("404 page not found", status=404), "nothing at /api/v1/query (HTTP 404)"),
        (text_reply("no", status=401), "wants authentication: set token_env"),
        (refusal_reply("no", status=401), "wants authentication"),
        (text_reply("no", status=403), "refuses access (HTTP 403)"),
        (text_reply("", status=302, Location="/login"), "it redirects (HTTP 302); give the URL"),
        (text_reply("slow down", status=429), "asked too often"),
        (text_reply("upstream\x1b[31m is gone", status=502), "HTTP 502: upstream is gone"),
        (text_reply(f"bad {TOKEN}", status=500), "HTTP 500: bad [key hidden]"),
        (refusal_reply("parse error: no"), "it refuses a query: parse error: no"),
        (refusal_reply(f"no tenant for {TOKEN}"), "it refuses a query: no tenant for [key hidden]"),
        (refusal_reply(f"no\n{TOKEN}", status=200), "it refuses a query: no [key hidden]"),
        (Response(raw=b"SSH-2.0-OpenSSH_9.2\r\n"), "the connection broke"),
        (Response(cut=True), "the connection broke"),
    ],
)
def test_what_is_wrong_is_one_sentence(
    server: PrometheusServer, answer: Response, sentence: str
) -> None:
    found = failure(server, answer)
    assert sentence in str(found)
    assert not found.asks_less


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("query processing would load too many samples into memory in query execution", "x"),
        ("exceeded maximum resolution of 11,000 points per timeseries", "bad_data"),
        ("query timed out in expression evaluation", "timeout"),
    ],
)
def test_a_query_that_is_refused_for_its_size(
    server: PrometheusServer, words: str, kind: str
) -> None:
    assert failure(server, refusal_reply(words, kind=kind)).asks_less


def test_an_answer_that_does_not_come(server: PrometheusServer) -> None:
    found = failure(server, Response(silent=True), timeout_s=0.2)
    assert str(found) == "no answer within 0.2 s"


def test_an_answer_that_drips(server: PrometheusServer) -> None:
    drips = Response(parts=[(0.05, b" ")] * 200)
    assert str(failure(server, drips, timeout_s=0.3)) == "no answer within 0.3 s"


def test_an_answer_without_end(server: PrometheusServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "MAX_BYTES", 2**20)
    found = failure(server, Response(parts=[(0, b" " * 65_536)] * 40))
    assert "its answer is larger than 1 MB" in str(found)
    assert found.asks_less


def test_nobody_listens() -> None:
    with pytest.raises(PrometheusError, match="no connection: "):
        query(client_of("http://127.0.0.1:1"))


@pytest.mark.parametrize("url", ["http://a..b", "http://[::1", "http://" + "a" * 300])
def test_a_host_that_is_none(url: str) -> None:
    with pytest.raises(PrometheusError):
        query(client_of(url))


def test_proxies_of_the_environment_are_not_used(
    server: PrometheusServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:1")
    assert query(client_of(server.url)) == []


def test_four_are_asked_at_once(server: PrometheusServer) -> None:
    server.answers["*"] = Response(parts=[(0.05, b"x")])

    async def ask() -> None:
        client = client_of(server.url)
        asks = [client.query("x", None) for _ in range(10)]
        errors = await asyncio.gather(*asks, return_exceptions=True)
        assert all(isinstance(error, PrometheusError) for error in errors)
        assert client.asked == 10
        await client.aclose()

    asyncio.run(ask())
    assert server.connections <= AT_ONCE


def test_labels_cannot_fool_a_terminal(server: PrometheusServer) -> None:
    hostile = ['say "hi"', "a\nb", "\x1b]0;title\x07x", "a\u200bb", "ab", "\u202eeu"]
    server.answers["*"] = vector_reply([({"region": text}, 1) for text in hostile])
    found = [value.labels["region"] for value in query(client_of(server.url))]
    assert found[0] == 'say "hi"'
    assert all(text.isprintable() for text in found)
    assert len(set(found)) == len(hostile)


def test_warnings_are_no_errors(server: PrometheusServer) -> None:
    server.answers["*"] = data_reply("vector", [], warnings=["partial response"])
    assert query(client_of(server.url)) == []
