"""The script: pure, periodic, calm at first, and all that the demo promises happens in it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.demo.incident import PERIOD_S, Condition, state_at, until_change_s
from relaytop.demo.scenario import PROVIDERS

TARGETS = [(provider.name, model.id) for provider in PROVIDERS for model in provider.models]
MOMENTS = st.floats(0, 4 * PERIOD_S)


@pytest.mark.parametrize(("provider", "model"), TARGETS)
def test_the_first_fifteen_seconds_and_the_second_half_are_calm(provider: str, model: str) -> None:
    for at_s in (0.0, 7.5, 14.9, 125.0, 160.0, 200.0, 239.9):
        assert state_at(at_s, provider, model) == Condition()


def test_one_models_tail_grows_and_its_neighbours_do_not() -> None:
    tails = [state_at(at_s, "holysheep", "claude-sonnet-4.5").tail for at_s in (15, 20, 25, 50)]
    assert tails == sorted(tails)
    assert tails[-1] > 0.3
    assert state_at(50, "direct", "anthropic/claude-sonnet-4.5").tail == 0


def test_one_provider_says_429_while_the_other_is_well() -> None:
    for model in ("gpt-4.1", "deepseek-v3.2"):
        condition = state_at(60, "holysheep", model)
        assert condition.fault == "rate_limited"
        assert condition.fault_odds > 0.5
    assert state_at(60, "direct", "openai/gpt-4.1") == Condition()


def test_a_cache_answers_for_one_model_and_another_is_substituted() -> None:
    assert state_at(30, "direct", "deepseek/deepseek-v3.2") == Condition(
        fault="cached", fault_odds=1.0
    )
    assert state_at(95, "holysheep", "gemini-2.5-flash") == Condition(
        fault="substituted", fault_odds=1.0
    )


def test_the_other_goes_down_and_comes_back() -> None:
    assert [state_at(at_s, "direct", None).down for at_s in (81, 83, 102, 104)] == [
        False,
        True,
        True,
        False,
    ]
    assert not state_at(90, "holysheep", None).down


@given(MOMENTS, st.sampled_from(TARGETS))
def test_it_repeats_and_stays_within_bounds(at_s: float, target: tuple[str, str]) -> None:
    provider, model = target
    condition = state_at(at_s, provider, model)
    assert condition == state_at(at_s, provider, model)
    assert 1 <= condition.slowness < 2
    assert 0 <= condition.tail <= 1
    assert 0 <= condition.fault_odds <= 1
    assert (condition.fault is None) == (condition.fault_odds == 0)


@given(MOMENTS, st.sampled_from(["holysheep", "direct"]), st.floats(0, 0.999))
def test_a_provider_does_not_turn_before_it_is_said_to(
    at_s: float, provider: str, part: float
) -> None:
    wait_s = until_change_s(at_s, provider)
    assert 0 < wait_s <= PERIOD_S
    later = state_at(at_s + wait_s * part, provider, None)
    assert later.down == state_at(at_s, provider, None).down
