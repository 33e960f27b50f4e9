import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.config.settings import Price, Provider, Target
from relaytop.pricing.cost import cost_usd
from relaytop.pricing.estimate import NONCE_TOKENS, estimate_usd_per_h, reserve_usd
from relaytop.wire.facts import Usage

PRICES = {"m": Price(2.0, 8.0, 0.5), "plain": Price(2.0, 8.0), "free": Price(0.0, 0.0)}
PRICES["c"] = Price(2.0, 8.0, 0.3, 3.25, "list")
PROVIDER = Provider(name="p", base_url="http://x", prices=PRICES)


@pytest.mark.parametrize(
    ("usage", "model", "cost"),
    [
        (Usage(1000, 100, cost_usd=0.5), "m", (0.5, "reply")),
        (Usage(1000, 100), "m", (0.0028, "config")),
        (Usage(1000, 100, cached_tokens=600), "m", (0.0008 + 0.0003 + 0.0008, "config")),
        (Usage(1000, 100, cached_tokens=600), "plain", (0.0028, "config")),
        (Usage(1000, 100, cache_write_tokens=600), "m", (0.0028, "config")),
        (Usage(1000, 100, 200, cache_write_tokens=600), "c", (0.00321, "list")),
        (Usage(1000, 100, 5000, cache_write_tokens=600), "c", (0.0011, "list")),
        (Usage(1000, 100), "unheard of", (None, None)),
        (Usage(None, 100), "m", (None, None)),
        (Usage(5, 5), "free", (0.0, "config")),
    ],
)
def test_the_relays_own_figure_then_the_config_then_nothing(
    usage: Usage, model: str, cost: tuple[float | None, str | None]
) -> None:
    found, source = cost_usd(usage, PRICES.get(model))
    assert source == cost[1]
    assert found == (None if cost[0] is None else pytest.approx(cost[0]))


def test_an_estimate_is_an_upper_bound_and_says_whether_it_knows() -> None:
    target = Target(provider="p", model="m", interval_s=5.0, prompt="ping", max_tokens=16)
    once, known = reserve_usd(target, PRICES["m"], 10.0)
    assert known
    assert once == pytest.approx(((9 + NONCE_TOKENS) * 2.0 + 16 * 8.0) / 1e6)
    assert estimate_usd_per_h(target, PROVIDER, 10.0).usd_per_h == pytest.approx(once * 720)
    unknown = Target(provider="p", model="?", max_tokens=16, unique=False)
    once, known = reserve_usd(unknown, None, 10.0)
    assert once == pytest.approx(25 * 10.0 / 1e6)
    assert not known
    assert reserve_usd(Target(provider="p", model="free"), PRICES["free"], 10.0) == (0.0, True)


def test_a_script_of_many_bytes_is_not_taken_for_cheap() -> None:
    latin = Target(provider="p", model="m", prompt="ping" * 10)
    han = Target(provider="p", model="m", prompt="你好世界" * 10)
    assert reserve_usd(han, None, 10.0)[0] > reserve_usd(latin, None, 10.0)[0]


usages = st.builds(
    Usage,
    st.none() | st.integers(0, 10**8),
    st.none() | st.integers(0, 10**8),
    st.none() | st.integers(0, 10**8),
)


@given(usages, st.sampled_from([*PRICES, "unheard of"]))
def test_a_cost_is_never_negative_and_never_without_its_source(usage: Usage, model: str) -> None:
    cost, source = cost_usd(usage, PRICES.get(model))
    assert (cost is None) == (source is None)
    assert cost is None or cost >= 0
