"""The reader asks few queries, lays the answers beside the rows, and goes on where one fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.fleet.prometheus.errors import PrometheusError
from relaytop.fleet.traffic.catalogue import load_exporters
from relaytop.fleet.traffic.reader import TrafficReader
from tests.fleet.traffic.answers import AT, WINDOW_S, answers_of, names_of, recorded
from tests.support.fleets import row_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaytop.fleet.prometheus.series import Value
    from tests.fleet.traffic.answers import Series

ROWS = [row_of("gpu/meta-llama/Llama-3.1-8B-Instruct", 300.0), row_of("proxy/mock-slow", 300.0)]


class Answers:
    """What a Prometheus with these series answers, and what it was asked."""

    def __init__(self, series: Series) -> None:
        self.series = series
        self.asked: list[str] = []
        self.refuses = ""

    async def ask(self, query: str) -> Sequence[Value]:
        self.asked.append(query)
        if self.refuses and self.refuses in query:
            sentence = "query processing would load too many samples into memory"
            raise PrometheusError(sentence)
        if query.startswith("count by (__name__)"):
            return names_of(self.series)
        values = answers_of(load_exporters({}), self.series)
        return [value for value in values if value.labels["relaytop_figure"] in query]


def reader_of(answers: Answers) -> TrafficReader:
    return TrafficReader(lambda: load_exporters({}), answers.ask)


def everything() -> Series:
    names = ("litellm", "vllm", "sglang", "gen_ai", "gen_ai_server")
    return [each for name in names for each in recorded(name)]


async def test_at_most_four_queries_and_the_names_once_a_minute() -> None:
    answers = Answers(everything())
    reader = reader_of(answers)
    asked = []
    for at in range(0, 121, 15):
        answers.asked.clear()
        found = await reader.refresh(ROWS, AT + at, WINDOW_S, "region")
        assert set(found) == {row.target for row in ROWS}
        asked.append(len(answers.asked))
    assert asked == [4, 3, 3, 3, 4, 3, 3, 3, 4]


async def test_one_query_a_minute_where_nothing_is_exported() -> None:
    answers = Answers([("up", {}, 1.0)])
    reader = reader_of(answers)
    for at in range(0, 60, 15):
        assert await reader.refresh(ROWS, AT + at, WINDOW_S, "region") == {}
    assert len(answers.asked) == 1


async def test_what_begins_to_be_exported_is_found() -> None:
    answers = Answers([])
    reader = reader_of(answers)
    assert await reader.refresh(ROWS, AT, WINDOW_S, "region") == {}
    answers.series = recorded("vllm")
    assert await reader.refresh(ROWS, AT + 60, WINDOW_S, "region") != {}


async def test_a_difference_is_told_after_three_refreshes() -> None:
    reader = reader_of(Answers(recorded("vllm")))
    told = []
    for at in range(0, 60, 15):
        found = await reader.refresh(ROWS, AT + at, WINDOW_S, "region")
        told.append(found[ROWS[0].target].differs)
    assert told[:2] == [None, None]
    assert told[2] == told[3] == "users wait longer: P95 8.0 s, probes 600 ms: 12 in the queue"
    assert [event.text for event in reader.take_events()] == [told[2]]


async def test_a_query_that_is_refused_leaves_the_others() -> None:
    answers = Answers(recorded("vllm"))
    reader = reader_of(answers)
    answers.refuses = "vllm/latency"
    for at in (0, 15):
        found = (await reader.refresh(ROWS, AT + at, WINDOW_S, "region"))[ROWS[0].target]
        assert found.latency.n == 0
        assert found.gauges["waiting"] == 12
    (event,) = reader.take_events()
    assert event.text == (
        "users' requests: query processing would load too many samples into memory"
    )


async def test_models_that_nobody_probes_are_told_once() -> None:
    reader = reader_of(Answers(recorded("litellm")))
    for at in (0, 15):
        await reader.refresh(ROWS, AT + at, WINDOW_S, "region")
    (event,) = reader.take_events()
    assert event.text == (
        "litellm: users' requests of models that no target probes: "
        "mock-429, mock-500, mock-down, +1"
    )
