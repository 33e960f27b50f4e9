"""The script: pure, periodic, calm at first, and all that the demo promises happens in it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.demo.incident import PERIOD_S, SCRIPT, Condition, state_at, until_change_s
from relaytop.demo.scenario import PROVIDERS
from tests.demo.support import incident

TARGETS = [(provider.name, model.id) for provider in PROVIDERS for model in provider.models]
MOMENTS = st.floats(0, 4 * PERIOD_S)


@pytest.mark.parametrize(("provider", "model"), TARGETS)
def test_the_first_fifteen_seconds_and_the_last_hundred_are_calm(provider: str, model: str) -> None:
    for at_s in (0.0, 7.5, 14.9, 140.0, 160.0, 200.0, 239.9):
        assert state_at(at_s, provider, model) == Condition()


def test_a_providers_outage_comes_first_and_is_over_in_time_for_its_alert_to_resolve() -> None:
    outage = min(SCRIPT, key=lambda each: each.start_s)
    assert (outage.provider, outage.model, outage.kind) == ("direct", None, "down")
    around = (outage.start_s - 1, outage.start_s + 1, outage.end_s - 1, outage.end_s + 1)
    assert [state_at(at_s, "direct", None).down for at_s in around] == [False, True, True, False]
    assert not state_at(outage.start_s + 1, "holysheep", None).down
    # It is up again 30 s after it went down at the earliest; the alert resolves 20 s later.
    assert outage.end_s < outage.start_s + 30
    assert outage.start_s + 2 + 30 + 20 < 75


def test_nothing_lasts_at_the_provider_that_recovers() -> None:
    outage = incident("down", "direct")
    after = [each for each in SCRIPT if each.provider == "direct" and each.start_s > outage.end_s]
    assert all(each.end_s - each.start_s <= 0.5 for each in after)


def test_a_cache_answers_for_one_model_and_another_is_substituted() -> None:
    cached, substituted = incident("cached", "holysheep"), incident("substituted", "holysheep")
    assert cached.model != substituted.model
    for found in (cached, substituted):
        condition = state_at(found.start_s + 1, "holysheep", found.model)
        assert condition == Condition(fault=found.kind, fault_odds=1.0)


def test_one_models_tail_grows_and_its_neighbours_do_not() -> None:
    tail = incident("tail", "holysheep")
    moments = [tail.start_s + later_s for later_s in (0, 3, 6, 20)]
    tails = [state_at(at_s, "holysheep", tail.model).tail for at_s in moments]
    assert tails == sorted(tails)
    assert tails[-1] > 0.3
    assert state_at(moments[-1], "direct", "anthropic/claude-sonnet-4.5").tail == 0
    assert state_at(moments[-1], "holysheep", "gpt-4.1").tail == 0


def test_one_provider_says_429_while_the_others_are_well() -> None:
    at_s = incident("rate_limited", "holysheep").start_s + 10
    for model in ("gpt-4.1", "deepseek-v3.2"):
        condition = state_at(at_s, "holysheep", model)
        assert condition.fault == "rate_limited"
        assert condition.fault_odds > 0.5
    assert state_at(at_s, "direct", "openai/gpt-4.1") == Condition()
    assert state_at(at_s, "official", "gpt-4.1") == Condition()


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
