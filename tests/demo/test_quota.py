"""Rate limits count down by the minute, and relaytop's own reader understands them."""

import pytest

from relaytop.demo.quota import Quota
from relaytop.demo.scenario import DIRECT, HOLYSHEEP, DemoProvider
from relaytop.wire.facts import Limit, RateLimit
from relaytop.wire.ratelimit import read_rate_limit
from relaytop.wire.retry_after import retry_after_s

SMALL = HOLYSHEEP._replace(requests_per_minute=3, tokens_per_minute=100)


def test_it_counts_down_and_is_whole_again_with_the_next_minute() -> None:
    quota = Quota(SMALL)
    assert quota.consume(10.0, 20)
    assert quota.consume(15.0, 20)
    assert read_rate_limit(quota.headers(15.0), 0) == RateLimit(
        requests=Limit(3, 1, 45.0), tokens=Limit(100, 60, 45.0)
    )
    assert quota.consume(60.5, 10)
    assert read_rate_limit(quota.headers(60.5), 0) == RateLimit(
        requests=Limit(3, 2, 59.5), tokens=Limit(100, 90, 59.5)
    )


def test_the_ietf_style_tells_the_same() -> None:
    quota = Quota(SMALL._replace(limit_style="ietf"))
    quota.consume(10.0, 20)
    assert read_rate_limit(quota.headers(10.0), 0) == RateLimit(requests=Limit(3, 2, 50.0))


def test_what_is_used_up_is_refused_until_the_next_minute() -> None:
    quota = Quota(SMALL)
    assert [quota.consume(float(second), 1) for second in range(4)] == [True, True, True, False]
    assert quota.consume(60.0, 1)


def test_tokens_are_a_limit_too() -> None:
    quota = Quota(SMALL)
    assert quota.consume(0, 90)
    assert not quota.consume(1, 20)


@pytest.mark.parametrize("provider", [HOLYSHEEP, DIRECT], ids=lambda provider: provider.name)
def test_a_refusal_says_how_long_to_wait(provider: DemoProvider) -> None:
    headers = Quota(provider).refusal_headers(3.0)
    assert retry_after_s(headers, {}, 0) == 3.0
    limits = read_rate_limit(headers, 0)
    assert limits is not None
    assert limits.requests == Limit(1000, 0, 3.0)
