"""Claims of a comparison, checked both ways."""

import dataclasses

from relaytop.jobs.shadow.compare import compare
from relaytop.jobs.shadow.rounds import Outcome, Round
from relaytop.jobs.shadow.verdict import verdict
from tests.jobs.shadow.simulated import Stretch, as_usual, rounds, slower, slower_tail

RUNS = 40
OF_THE_TAIL = ("A is faster at P95", "A is faster in the slowest tenth", "B varies more")


def verdicts(stretch: Stretch) -> list[str]:
    found = []
    for seed in range(RUNS):
        comparison = compare(rounds(seed, 200, stretch), seed, resamples=200, permutations=200)
        found.append(verdict(comparison, "A", "B"))
    return found


def test_two_equal_servers_show_no_difference() -> None:
    found = verdicts(as_usual)
    same = "no difference shown with 200 requests a side"
    assert len([one for one in found if one.startswith(same)]) >= 37


def test_a_tail_that_is_20_percent_slower_is_found() -> None:
    found = verdicts(slower_tail)
    assert len([one for one in found if any(words in one for words in OF_THE_TAIL)]) >= 34
    assert not any("B is faster" in one for one in found)


def test_the_whole_of_it_at_ten_thousand_resamples() -> None:
    comparison = compare(rounds(3, 200, slower), 3)
    again = compare(rounds(3, 200, slower), 3)
    assert comparison == again
    assert comparison.resamples == 10_000
    for name in ("typical", "p50", "p95", "mean", "ttft"):
        figure = comparison.figures[name]
        assert figure.low is not None
        assert figure.high is not None
        assert 0 < figure.low < figure.difference < figure.high
    assert comparison.figures["max"].low is None
    assert comparison.figures["success_rate"].unit == "share"
    text = verdict(comparison, "A", "B")
    assert text.startswith("A is faster at P50 by ")
    assert "no difference" not in text


def test_failures_are_a_figure_of_their_own() -> None:
    comparison = compare(rounds(1, 200, b_fails=0.3), 1, resamples=300)
    text = verdict(comparison, "first", "second")
    assert text.startswith("first succeeds more often by ")
    assert "faster" not in text


def test_a_side_that_never_answers() -> None:
    dead = [Round(0, one.a, Outcome(ok=False)) for one in rounds(1, 20)]
    text = verdict(compare(dead, 1, resamples=100), "A", "B")
    assert text.startswith("A succeeds more often by 1")
    assert text.endswith("no request succeeded at both, so latencies are not compared")


def test_few_requests_claim_nothing_of_the_tail() -> None:
    comparison = compare(rounds(1, 8), 1, resamples=100)
    assert "p95" not in comparison.figures
    assert "tail" not in comparison.figures
    expected = "no difference shown with 8 requests a side, too few to judge the tail"
    assert verdict(comparison, "A", "B") == expected
    none = compare([], 1, resamples=100)
    assert verdict(none, "A", "B") == "nothing to compare: no request was completed by both"


def test_a_tail_that_timeouts_cut_off_is_not_compared() -> None:
    late = Outcome(ok=False, timed_out=True)
    cut = [
        dataclasses.replace(one, b=late) if i % 10 == 0 else one
        for i, one in enumerate(rounds(2, 200))
    ]
    figures = compare(cut, 1, resamples=100).figures
    assert "p50" in figures
    assert not {"p95", "p99", "tail", "spread"} & figures.keys()


def test_a_price_that_differs_is_told_and_equal_ones_are_not() -> None:
    same = [
        Round(
            one.prompt,
            dataclasses.replace(one.a, cost_usd=0.0002),
            dataclasses.replace(one.b, cost_usd=0.0001),
        )
        for one in rounds(5, 60)
    ]
    text = verdict(compare(same, 1, resamples=200), "A", "B")
    assert "B costs less by $0.1 per 1,000 requests" in text
    equal = [dataclasses.replace(one, b=one.a) for one in same]
    figures = compare(equal, 1, resamples=100).figures
    assert not any(figure.shown for figure in figures.values())
