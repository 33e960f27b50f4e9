"""Chance is repeatable by seed, model by model."""

from statistics import median

from hypothesis import given
from hypothesis import strategies as st

from relaytop.demo.incident import Condition
from relaytop.demo.randomness import FEWEST_WORDS, WORDS, RequestRandomness, Turn
from relaytop.demo.scenario import COMPANIES, DIRECT, HOLYSHEEP, Model

CALM = Condition()
GPT = HOLYSHEEP.models[0]
CONDITIONS = st.builds(
    Condition,
    slowness=st.floats(1, 3),
    tail=st.floats(0, 1),
    fault=st.sampled_from([None, "hang", "server_error", "rate_limited"]),
    fault_odds=st.floats(0, 1),
)


def turns(seed: int, model: Model = GPT, count: int = 50, provider: str = "x") -> list[Turn]:
    dice = RequestRandomness(seed, provider, model)
    return [dice.turn(CALM) for _ in range(count)]


def test_the_same_seed_gives_the_same_replies_and_another_gives_others() -> None:
    assert turns(1) == turns(1)
    assert turns(1) != turns(2)
    assert turns(1, provider="x") != turns(1, provider="y")


@given(st.lists(CONDITIONS, max_size=20))
def test_what_was_met_before_does_not_change_what_comes(conditions: list[Condition]) -> None:
    dice = RequestRandomness(1, "x", GPT)
    for condition in conditions:
        dice.turn(condition)
    assert dice.turn(CALM) == turns(1, count=len(conditions) + 1)[-1]


def test_each_model_has_a_pace_of_its_own() -> None:
    for company in COMPANIES:
        for model in company.models:
            drawn = turns(3, model, 400)
            middle_ms = median(turn.ttft_s for turn in drawn) * 1000
            assert abs(middle_ms / model.ttft_ms - 1) < 0.1
            assert {len(turn.words) for turn in drawn} == set(range(FEWEST_WORDS, len(WORDS) + 1))


def test_a_calm_relay_hardly_ever_takes_longer_than_the_demos_interval() -> None:
    for company in (HOLYSHEEP, DIRECT):
        for model in company.models:
            drawn = turns(1, model, 1000) if model.probed else []
            late = sum(turn.ttft_s + sum(turn.gaps_s) > 0.5 for turn in drawn)
            assert late <= 15


def test_a_tail_moves_the_slow_replies_and_leaves_the_median() -> None:
    dice = RequestRandomness(1, "x", GPT)
    drawn = sorted(dice.turn(Condition(tail=0.2)).ttft_s for _ in range(400))
    assert drawn[200] < 0.3
    assert drawn[360] > 1.4


def test_slowness_stretches_everything() -> None:
    calm, slow = (
        RequestRandomness(1, "x", GPT).turn(CALM),
        RequestRandomness(1, "x", GPT).turn(Condition(slowness=2)),
    )
    assert slow.ttft_s == calm.ttft_s * 2
    assert sum(slow.gaps_s) > sum(calm.gaps_s) * 1.9


def test_a_fault_comes_as_often_as_its_odds() -> None:
    dice = RequestRandomness(1, "x", GPT)
    condition = Condition(fault="hang", fault_odds=0.25)
    met = sum(dice.turn(condition).fault == "hang" for _ in range(1000))
    assert 200 < met < 300
