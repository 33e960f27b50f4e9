"""Chance is repeatable by seed, model by model."""

from statistics import median

from hypothesis import given
from hypothesis import strategies as st

from relaytop.demo.incident import Condition
from relaytop.demo.randomness import MIN_TOKENS, TOKENS, Outcome, RequestRandomness
from relaytop.demo.scenario import HOLYSHEEP, PROVIDERS, DemoModel

CALM = Condition()
GPT = HOLYSHEEP.models[0]
CONDITIONS = st.builds(
    Condition,
    slowness=st.floats(1, 3),
    tail=st.floats(0, 1),
    fault=st.sampled_from([None, "hang", "server_error", "rate_limited"]),
    fault_odds=st.floats(0, 1),
)


def outcomes(
    seed: int, model: DemoModel = GPT, count: int = 50, provider: str = "x"
) -> list[Outcome]:
    randomness = RequestRandomness(seed, provider, model)
    return [randomness.draw(CALM) for _ in range(count)]


def test_the_same_seed_gives_the_same_replies_and_another_gives_others() -> None:
    assert outcomes(1) == outcomes(1)
    assert outcomes(1) != outcomes(2)
    assert outcomes(1, provider="x") != outcomes(1, provider="y")


@given(st.lists(CONDITIONS, max_size=20))
def test_what_was_met_before_does_not_change_what_comes(conditions: list[Condition]) -> None:
    randomness = RequestRandomness(1, "x", GPT)
    for condition in conditions:
        randomness.draw(condition)
    assert randomness.draw(CALM) == outcomes(1, count=len(conditions) + 1)[-1]


def test_each_model_has_a_pace_of_its_own() -> None:
    for provider in PROVIDERS:
        for model in provider.models:
            drawn = outcomes(3, model, 400)
            middle_ms = median(outcome.ttft_s for outcome in drawn) * 1000
            assert abs(middle_ms / model.ttft_ms - 1) < 0.1
            assert {len(outcome.tokens) for outcome in drawn} == set(
                range(MIN_TOKENS, len(TOKENS) + 1)
            )


def test_a_calm_relay_hardly_ever_takes_longer_than_the_demos_interval() -> None:
    for provider in PROVIDERS:
        for model in provider.models:
            drawn = outcomes(1, model, 1000) if model.probed else []
            late = sum(outcome.ttft_s + sum(outcome.gaps_s) > 0.5 for outcome in drawn)
            assert late <= 15


def test_a_tail_moves_the_slow_replies_and_leaves_the_median() -> None:
    randomness = RequestRandomness(1, "x", GPT)
    drawn = sorted(randomness.draw(Condition(tail=0.2)).ttft_s for _ in range(400))
    assert drawn[200] < 0.3
    assert drawn[360] > 1.4


def test_slowness_stretches_everything() -> None:
    calm, slow = (
        RequestRandomness(1, "x", GPT).draw(CALM),
        RequestRandomness(1, "x", GPT).draw(Condition(slowness=2)),
    )
    assert slow.ttft_s == calm.ttft_s * 2
    assert sum(slow.gaps_s) > sum(calm.gaps_s) * 1.9


def test_a_fault_comes_as_often_as_its_odds() -> None:
    randomness = RequestRandomness(1, "x", GPT)
    condition = Condition(fault="hang", fault_odds=0.25)
    met = sum(randomness.draw(condition).fault == "hang" for _ in range(1000))
    assert 200 < met < 300
