"""A real HTTP server that speaks Prometheus' query API, and says what a test tells it.

Each question of relaytop has a kind (`kind_of`): a test sets the answer of each.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import parse_qs

from relaytop.fleet.prometheus.queries import LATENCY, TTFT
from tests.support.server import Response, ScriptedServer, json_reply

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tests.support.server import Seen

AT = 1_795_700_000.0
"""The server's clock, unless a test sets another."""
Labels = dict[str, str]
Sample = tuple[Labels, float | str]
"""Labels, and the value of an instant vector."""
Series = tuple[Labels, "list[tuple[float, float | str]]"]
"""Labels, and (Unix seconds, value) of a matrix."""


@dataclass(frozen=True)
class Asked:
    """A question as it arrived."""

    path: str
    """From the server's root on."""
    form: Mapping[str, str]
    headers: Mapping[str, str]

    @property
    def expr(self) -> str:
        return self.form["query"]

    @property
    def kind(self) -> str:
        return kind_of(self.expr, ranged=self.path.endswith("/query_range"))


Answer = Response | Callable[[Asked], Response]


class PrometheusServer:
    """Answers on a thread of its own; use it as a context manager.

    What no answer was set for has an empty one.

    Args:
        at: Its clock, Unix seconds.
    """

    def __init__(self, at: float = AT) -> None:
        self.at = at
        self.asked: list[Asked] = []
        self.answers: dict[str, Answer] = {}
        """Kind of a question → what it is answered with; `*`: all others."""
        self._server = ScriptedServer(self._handle)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.port}"

    @property
    def connections(self) -> int:
        return self._server.connections

    def __enter__(self) -> Self:
        self._server.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.__exit__()

    def kinds(self) -> list[str]:
        """The kinds of all questions so far."""
        return [asked.kind for asked in self.asked]

    def last(self, kind: str) -> Asked:
        """The newest question of a kind."""
        return next(asked for asked in reversed(self.asked) if asked.kind == kind)

    def set(self, kind: str, samples: Iterable[Sample]) -> None:
        """Answer this kind with an instant vector, as of the server's clock."""
        found = list(samples)
        self.answers[kind] = lambda asked: vector_reply(found, self._moment(asked))

    def set_ranges(self, kind: str, series: Iterable[Series]) -> None:
        """Answer this kind with a matrix."""
        self.answers[kind] = matrix_reply(list(series))

    def _moment(self, asked: Asked) -> float:
        return float(asked.form.get("time", self.at))

    def _handle(self, seen: Seen) -> Response:
        form = {name: values[-1] for name, values in parse_qs(seen.body.decode()).items()}
        asked = Asked(seen.path, form, seen.headers)
        if "query" not in form or not seen.path.endswith(("/api/v1/query", "/api/v1/query_range")):
            return Response(404, {"Content-Type": "text/plain"}, [(0.0, b"404 page not found\n")])
        self.asked.append(asked)
        answer = self.answers.get(asked.kind) or self.answers.get("*")
        if answer is None:
            return matrix_reply([]) if seen.path.endswith("_range") else vector_reply([], self.at)
        return answer if isinstance(answer, Response) else answer(asked)


_SIGNS: tuple[tuple[str, str], ...] = (
    ('"lacks"', "having"),
    ("last_over_time(ai_api_up", "members"),
    ("by (le)", "shape"),
    ("relaytop_alert_firing", "firing"),
    ("ai_api_tokens_used_total", "tokens"),
    ("ai_api_cost_usd_total", "others"),
    ('"last_success"', "up"),
    ("ai_api_errors_total", "errors"),
    ("ai_api_requests_total", "requests"),
    (LATENCY, "latency"),
    (TTFT, "ttft"),
    ("count(ai_api_up", "any"),
)
"""The sign in a question → its kind; the first that is in it."""


def kind_of(expr: str, *, ranged: bool = False) -> str:
    """Return the kind of a question of relaytop's; `traffic`: of users' requests."""
    if ranged:
        return "samples" if "ai_api_errors_total" in expr else "history"
    return next((kind for sign, kind in _SIGNS if sign in expr), "traffic")


def vector_reply(samples: Sequence[Sample], at: float = AT) -> Response:
    """An instant vector."""
    result = [{"metric": labels, "value": [at, str(value)]} for labels, value in samples]
    return data_reply("vector", result)


def matrix_reply(series: Sequence[Series]) -> Response:
    """A range vector."""
    result = [
        {"metric": labels, "values": [[at, str(value)] for at, value in points]}
        for labels, points in series
    ]
    return data_reply("matrix", result)


def data_reply(kind: str, result: object, **more: object) -> Response:
    """A success of the query API, `more` beside its data."""
    data = {"resultType": kind, "result": result}
    return json_reply({"status": "success", "data": data, **more})


def refusal_reply(error: str, *, status: int = 422, kind: str = "execution") -> Response:
    """An error document of the query API."""
    return json_reply({"status": "error", "errorType": kind, "error": error}, status)


def text_reply(text: str, *, status: int = 200, kind: str = "text/plain", **more: str) -> Response:
    """An answer that is no JSON."""
    return Response(status, {"Content-Type": kind, **more}, [(0.0, text.encode())])


def bytes_of(document: Any) -> bytes:
    """A document as the body of an answer."""
    return json.dumps(document).encode()


# ── a fleet ──────────────────────────────────────────────────────────────────


def row_labels(provider: str, model: str, place: str, **more: str) -> Labels:
    """The labels of a row whose place is its region."""
    return {"provider": provider, "model": model, "region": place, **more}


def set_fleet(
    server: PrometheusServer,
    rows: Sequence[tuple[str, str, str]],
    *,
    ok: int = 120,
    failed: int = 0,
    p50_s: float = 0.4,
) -> None:
    """Let a server tell of rows (provider, model, place) that are all alike and well."""
    labels = [row_labels(*row) for row in rows]

    def each(value: float, **more: str) -> list[Sample]:
        return [({**row, **more}, value) for row in labels]

    factors = {"p50": 1.0, "p95": 2.0, "p99": 3.0}
    quantiles = {**factors, **{f"recent_{name}": factor for name, factor in factors.items()}}
    server.set("having", [({"figure": "has"}, len(rows))])
    server.set("members", [])
    server.set("shape", [*ends("latency"), *ends("ttft")])
    last = each(server.at - 5, figure="last_success")
    server.set("up", [*each(1, figure="up"), *last])
    counts = {"success": ok, "error": failed}
    spans = ("window", "recent")
    server.set(
        "requests",
        [s for name in spans for k, n in counts.items() for s in each(n, figure=name, status=k)],
    )
    server.set("errors", each(failed, **{"class": "timeout"}) if failed else [])
    server.set("tokens", [*each(600, type="prompt"), *each(1800, type="completion")])
    server.set("others", [*each(0.012, figure="cost"), *each(0, figure="skipped")])
    for kind, factor in (("latency", 1.0), ("ttft", 0.5)):
        found = [s for name, n in quantiles.items() for s in each(p50_s * factor * n, figure=name)]
        server.set(kind, found)
    server.set("any", [({}, len(rows))])


ENDS_S = tuple(0.01 * 1.25**n for n in range(41))
"""Upper ends of the agents' buckets."""


def ends(figure: str, series: int = 10) -> list[Sample]:
    """The ends of buckets of a histogram, which all its series have."""
    return [
        ({"figure": figure, "le": end}, series) for end in (*(f"{e:g}" for e in ENDS_S), "+Inf")
    ]
