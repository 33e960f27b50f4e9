"""Where failures are: a test for each rule, and for what misses it by little."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.config.target_id import join_target
from relaytop.monitor.fisher import fisher_p
from relaytop.monitor.summary import LastError, Status, Summary
from relaytop.monitor.where import BAD, KNOWN, Verdict, judge

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PLACES = tuple(f"ops-{number}" for number in range(1, 7))
MODELS = {"direct": ("gpt-4.1", "claude"), "holysheep": ("gpt-4.1", "deepseek", "qwen")}
Row = tuple[str, str, str]


def summary(row: Row, status: Status) -> Summary:
    provider, model, place = row
    error = LastError("timeout", 0.0, "", None) if status == "down" else None
    return Summary(
        target=join_target(provider, model, place),
        provider=provider,
        model=model,
        place=place,
        status=status,
        reason="unreachable" if status == "unknown" else None,
        broken=("p95",) if status == "degraded" else (),
        last_error=error,
        since=0.0,
    )


def fleet(
    bad: Sequence[Row],
    places: Sequence[str] = PLACES,
    models: Mapping[str, Sequence[str]] = MODELS,
    status: Status = "down",
    lost: Sequence[str] = (),
) -> list[Summary]:
    rows = [(p, m, place) for place in places for p, names in models.items() for m in names]
    return [
        summary(row, "unknown" if row[2] in lost else status if row in bad else "up")
        for row in rows
    ]


def at(place: str) -> list[Row]:
    return [(p, m, place) for p, names in MODELS.items() for m in names]


def of(provider: str, places: Sequence[str], models: Sequence[str] | None = None) -> list[Row]:
    return [(provider, m, place) for place in places for m in models or MODELS[provider]]


def only(summaries: Sequence[Summary]) -> Verdict:
    (verdict,) = judge(summaries)
    return verdict


def test_all_of_a_place_is_the_path_from_there() -> None:
    verdict = only(fleet(at("ops-2")))
    assert verdict.text == "5 of 5 targets fail from ops-2, 0 of 25 elsewhere: the path from ops-2"
    assert len(verdict.targets) == 5


def test_most_of_a_place_is_the_path_from_there() -> None:
    verdict = only(fleet(at("ops-2")[:4]))
    assert verdict.what == "the path from ops-2"
    assert (verdict.bad, verdict.of, verdict.elsewhere_bad) == (4, 5, 0)


def test_a_model_that_fails_from_one_place_is_the_path_and_only_likely() -> None:
    verdict = only(fleet(of("direct", ["ops-2"], ["gpt-4.1"])))
    assert verdict.text == (
        "direct/gpt-4.1 fails from ops-2 only (others: 5 of 5 up): likely the path from ops-2"
    )


def test_a_provider_that_fails_from_one_place_is_the_path_to_it() -> None:
    verdict = only(fleet(of("holysheep", ["ops-2"])))
    assert verdict.text == (
        "3 of 3 holysheep targets fail from ops-2, 0 of 15 elsewhere: "
        "the path from ops-2 to holysheep"
    )


def test_a_provider_that_fails_from_most_places_is_the_provider() -> None:
    verdict = only(fleet(of("holysheep", PLACES[:5])))
    assert verdict.text == "holysheep fails from 5 of 6 places: likely the provider"
    assert only(fleet(of("holysheep", PLACES))).text == (
        "holysheep fails from 6 of 6 places: the provider"
    )


def test_one_model_of_a_provider_is_the_model() -> None:
    verdict = only(fleet(of("holysheep", PLACES, ["qwen"])))
    assert verdict.text == (
        "holysheep/qwen fails from 6 of 6 places; its 2 other models are well: the model"
    )
    assert "its other model is well" in only(fleet(of("direct", PLACES, ["claude"]))).text


def test_a_place_that_is_not_heard_from_is_no_evidence() -> None:
    verdict = only(fleet(of("holysheep", PLACES[:5]), lost=PLACES[5:]))
    assert verdict.text == "holysheep fails from 5 of 5 places: the provider"


def test_with_one_place_nothing_is_claimed() -> None:
    assert judge(fleet(at("ops-1"), places=PLACES[:1])) == ()
    assert judge(fleet(at("ops-1"), lost=PLACES[1:])) == ()


def test_with_two_places_a_path_is_likely_or_sure_by_its_counts() -> None:
    assert only(fleet(at("ops-2"), places=PLACES[:2])).sure
    few = {"direct": ("a",), "holysheep": ("a",)}
    rows: list[Row] = [("direct", "a", "ops-2"), ("holysheep", "a", "ops-2")]
    verdict = only(fleet(rows, places=PLACES[:2], models=few))
    assert verdict.what == "likely the path from ops-2"


def test_half_of_the_places_blame_no_provider() -> None:
    causes = {verdict.cause for verdict in judge(fleet(of("holysheep", PLACES[:3])))}
    assert "provider" not in causes


def test_two_causes_are_two_verdicts_and_the_greater_comes_first() -> None:
    both = [*at("ops-2"), *of("holysheep", PLACES, ["qwen"])]
    first, second = judge(fleet(both))
    assert (first.cause, second.cause) == ("path", "model")
    assert first.place == "ops-2"
    assert second.of == 5  # what fails at ops-2 says nothing of a model


def test_what_is_slow_is_said_to_be_slow() -> None:
    verdict = only(fleet(at("ops-2"), status="degraded"))
    assert verdict.text.startswith("5 of 5 targets are slow from ops-2")


def test_what_fails_in_part_and_is_slow_in_part_is_said_so() -> None:
    failing = of("holysheep", PLACES[1:])
    rows = [
        summary(("holysheep", s.model, s.place), "degraded")
        if s.provider == "holysheep" and s.place == PLACES[0]
        else s
        for s in fleet(failing)
    ]
    assert only(rows).text == "holysheep fails or is slow from 6 of 6 places: the provider"


def test_scattered_failures_have_no_common_cause_that_is_wider_than_one_target() -> None:
    rows: list[Row] = [("direct", "claude", "ops-1"), ("holysheep", "qwen", "ops-4")]
    assert all(len(verdict.targets) == 1 for verdict in judge(fleet(rows)))


@pytest.mark.parametrize(
    ("counts", "p"),
    [((3, 1, 1, 3), 17 / 70), ((5, 0, 0, 5), 1 / 252), ((0, 4, 2, 2), 1.0), ((1, 0, 0, 4), 1 / 5)],
)
def test_fisher(counts: tuple[int, int, int, int], p: float) -> None:
    assert fisher_p(*counts) == pytest.approx(p)


statuses = st.sampled_from(["up", "degraded", "down", "paused", "unknown"])
rows_of_a_fleet = st.dictionaries(
    st.tuples(
        st.sampled_from(["a", "b", "c"]), st.sampled_from(["m", "n"]), st.sampled_from(PLACES[:4])
    ),
    statuses,
)


@given(rows_of_a_fleet)
def test_no_verdict_contradicts_its_counts(rows: dict[Row, Status]) -> None:
    summaries = [summary(row, status) for row, status in rows.items()]
    by_id = {s.target: s for s in summaries}
    found = judge(summaries)
    explained = [target for verdict in found for target in verdict.targets]
    assert len(explained) == len(set(explained))
    assert all(by_id[target].status in BAD for target in explained)
    if len({s.place for s in summaries if s.status in KNOWN}) < 2:
        assert found == ()
    for verdict in found:
        assert 0 < verdict.bad <= verdict.of
        assert 0 <= verdict.elsewhere_bad <= verdict.elsewhere_of
        if verdict.cause == "path":
            assert {by_id[target].place for target in verdict.targets} == {verdict.place}
            assert verdict.bad == len(verdict.targets)
            assert verdict.elsewhere_bad * 4 <= verdict.elsewhere_of
        else:
            assert verdict.bad * 2 > verdict.of >= 2
        assert verdict.what in verdict.text
        assert verdict.what in verdict.short
