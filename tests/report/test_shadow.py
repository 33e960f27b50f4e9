"""The report of a comparison, from the rounds of simulated servers."""

from relaytop.config.settings import Target
from relaytop.jobs.shadow.document import comparison_document, comparison_facts
from relaytop.jobs.shadow.pairs import Pair
from relaytop.jobs.shadow.rounds import Round
from relaytop.report.render import render
from relaytop.report.shadow import ShadowReport
from tests.jobs.shadow.dependent import autoregressive, independent, simulate_run
from tests.jobs.shadow.servers import lognormal

PAIR = Pair("m", Target(provider="a", model="m"), Target(provider="b", model="m"))
SERVER = independent(lognormal(0.3))
SEEN = "Smallest difference that this run could have detected: "


def written(rounds: list[Round], models: int = 1) -> str:
    comparison = comparison_document(PAIR, rounds, 1, models, 200)
    document = {"schema": 1, "kind": "shadow", "taken_at": "2026-01-01T00:00:00Z", "host": "ops-1"}
    document |= {"targets": [], "comparisons": [comparison]} | comparison_facts(1)
    return render(ShadowReport(document), "markdown")


def seen(text: str) -> str:
    (line,) = [line for line in text.splitlines() if line.startswith(SEEN)]
    return line.removeprefix(SEEN)


def test_it_says_the_smallest_difference_that_could_be_seen() -> None:
    line = seen(written(simulate_run(1, 200, SERVER)))
    for label in ("P50 ", "P95 ", "TTFT P50 "):
        assert label in line
    assert " ms (" in line
    assert "success " in line
    assert " points" in line
    assert "none for P95" not in line


def test_where_no_tail_could_be_seen_it_says_so() -> None:
    line = seen(written(simulate_run(2, 30, SERVER)))
    assert line.startswith("P50 ")
    assert line.endswith("; none for P95")


def test_of_what_has_no_verdict_it_says_nothing() -> None:
    text = written(simulate_run(1, 40, autoregressive(0.95)))
    assert "no verdict on latency: too few independent rounds" in text
    assert seen(text).startswith("success ")
    assert SEEN not in written(simulate_run(1, 3, SERVER))


def test_the_document_tells_the_blocks() -> None:
    rounds = simulate_run(1, 200, autoregressive(0.8))
    alone, shared = (comparison_document(PAIR, rounds, 1, models, 100) for models in (1, 4))
    assert alone["blocks"]["success"] == {"rounds": 200, "block_rounds": 1, "needed": 7}
    assert alone["blocks"]["latency"]["block_rounds"] > 5
    assert shared["blocks"]["latency"]["needed"] == 9
    assert alone["figures"]["p50"]["detectable"] > 0
