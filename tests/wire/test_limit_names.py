"""Rate limits under the names that servers give them: words in any order, with any suffix."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.wire.facts import Limit, RateLimit
from relaytop.wire.ratelimit import read_rate_limit

NOW = 1_790_000_000.0
ROWS: dict[str, tuple[dict[str, str], RateLimit | None]] = {
    "digitalocean": (
        {
            "x-ratelimit-limit-requests": "120",
            "x-ratelimit-remaining-requests": "7",
            "x-ratelimit-reset-requests": "1790000030",
            "x-ratelimit-limit-tokens-per-minute": "100000",
            "x-ratelimit-remaining-tokens-per-minute": "64",
            "x-ratelimit-limit-tokens-per-day": "5000000",
            "x-ratelimit-remaining-tokens-per-day": "4000000",
        },
        RateLimit(Limit(120, 7, 30.0), Limit(100000, 64)),
    ),
    "cerebras": (
        {
            "x-ratelimit-limit-requests-day": "1440",
            "x-ratelimit-remaining-requests-day": "3",
            "x-ratelimit-reset-requests-day": "33011.38",
            "x-ratelimit-limit-requests-minute": "30",
            "x-ratelimit-remaining-requests-minute": "29",
            "x-ratelimit-limit-tokens-minute": "60000",
            "x-ratelimit-remaining-tokens-minute": "59000",
            "x-ratelimit-reset-tokens-minute": "11.5",
        },
        RateLimit(Limit(1440, 3, 33011.38), Limit(60000, 59000, 11.5)),
    ),
    "fireworks": (
        {
            "x-ratelimit-limit-requests": "600",
            "x-ratelimit-remaining-requests": "599",
            "x-ratelimit-limit-tokens-prompt": "60000",
            "x-ratelimit-remaining-tokens-prompt": "59000",
            "x-ratelimit-limit-tokens-generated": "6000",
            "x-ratelimit-remaining-tokens-generated": "60",
            "x-ratelimit-over-limit": "no",
        },
        RateLimit(Limit(600, 599), None, Limit(60000, 59000), Limit(6000, 60)),
    ),
    "together": (
        {
            "x-ratelimit-limit": "60",
            "x-ratelimit-remaining": "59",
            "x-ratelimit-reset": "1",
            "x-tokenlimit-limit": "1000",
            "x-tokenlimit-remaining": "900",
        },
        RateLimit(Limit(60, 59, 1.0), Limit(1000, 900)),
    ),
    "mistral, by size": (
        {"ratelimitbysize-limit": "500", "ratelimitbysize-remaining": "400"},
        RateLimit(None, Limit(500, 400)),
    ),
    "kong": (
        {
            "x-ratelimit-limit-minute": "60",
            "x-ratelimit-remaining-minute": "59",
            "x-ratelimit-limit-hour": "100",
            "x-ratelimit-remaining-hour": "1",
        },
        RateLimit(Limit(100, 1)),
    ),
    "openai, of a project": (
        {
            "x-ratelimit-limit-tokens": "100",
            "x-ratelimit-remaining-tokens": "90",
            "x-ratelimit-limit-project-tokens": "100",
            "x-ratelimit-remaining-project-tokens": "9",
            "x-ratelimit-reset-project-tokens": "2s",
        },
        RateLimit(None, Limit(100, 9, 2.0)),
    ),
    "a hyphen more": (
        {"x-rate-limit-limit": "60", "x-rate-limit-remaining": "59", "x-rate-limit-reset": "30"},
        RateLimit(Limit(60, 59, 30.0)),
    ),
    "without x, the figure last": (
        {"ratelimit-tokens-limit": "100", "ratelimit-tokens-remaining": "9"},
        RateLimit(None, Limit(100, 9)),
    ),
    "abbreviated": (
        {"x-ratelimit-rpm-limit": "60", "x-ratelimit-remaining-rpm": "9"},
        RateLimit(Limit(60, 9)),
    ),
    "underscores": (
        {"x_ratelimit_limit_requests": "60", "x_ratelimit_remaining_requests": "9"},
        RateLimit(Limit(60, 9)),
    ),
    "milliseconds": (
        {"x-ratelimit-remaining-requests": "9", "x-ratelimit-reset-requests-ms": "250"},
        RateLimit(Limit(None, 9, 0.25)),
    ),
    "a reset after": (
        {"x-ratelimit-remaining": "0", "x-ratelimit-reset-after": "3.5"},
        RateLimit(Limit(None, 0, 3.5)),
    ),
    "a reset that names no window": (
        {
            "x-ratelimit-limit-tokens-minute": "100",
            "x-ratelimit-remaining-tokens-minute": "9",
            "x-ratelimit-reset-tokens": "7s",
        },
        RateLimit(None, Limit(100, 9, 7.0)),
    ),
    "two windows used up: the later reset": (
        {
            "x-ratelimit-remaining-requests-minute": "0",
            "x-ratelimit-reset-requests-minute": "7s",
            "x-ratelimit-remaining-requests-day": "0",
            "x-ratelimit-reset-requests-day": "1h",
        },
        RateLimit(Limit(None, 0, 3600.0)),
    ),
    "cohere's trial keys": (
        {
            "x-trial-endpoint-call-limit": "40",
            "x-trial-endpoint-call-remaining": "39",
            "x-endpoint-monthly-call-limit": "1000",
        },
        RateLimit(Limit(40, 39)),
    ),
    "litellm's keys": (
        {"x-litellm-key-remaining-requests-gpt-4": "3", "x-litellm-key-rpm-limit": "10"},
        RateLimit(Limit(None, 3)),
    ),
    "anthropic's priority tier": (
        {
            "anthropic-priority-input-tokens-limit": "10",
            "anthropic-priority-input-tokens-remaining": "9",
        },
        RateLimit(None, None, Limit(10, 9)),
    ),
    "words in one": (
        {"ratelimit-remaining-tokensperminute": "3", "ratelimit-limittokens-minute": "9"},
        RateLimit(None, Limit(9, 3)),
    ),
    "what is left": (
        {"x-ratelimit-requests-left": "3", "x-ratelimit-requests-limit": "30"},
        RateLimit(Limit(30, 3)),
    ),
    "dots": ({"x-ratelimit.remaining.tokens": "4"}, RateLimit(None, Limit(None, 4))),
    "thousands": (
        {"x-ratelimit-limit-tokens": "2,000,000", "x-ratelimit-remaining-tokens": "1,999,000"},
        RateLimit(None, Limit(2_000_000, 1_999_000)),
    ),
    "a window behind the figure": (
        {"x-ratelimit-limit-requests": "60/min", "x-ratelimit-remaining-requests": "9 requests"},
        RateLimit(Limit(60, 9)),
    ),
    "a time": (
        {
            "x-ratelimit-remaining-tokens": "4",
            "x-ratelimit-reset-time-tokens": "30",
            "x-ratelimit-time-remaining": "9",
        },
        RateLimit(None, Limit(None, 4, 30.0)),
    ),
    "limits of other things": (
        {
            "x-ratelimit-remaining-images": "0",
            "x-ratelimit-remaining-input-images": "0",
            "x-ratelimit-remaining-audio-seconds": "0",
            "x-ratelimit-remaining-credits": "0",
            "x-ratelimit-remaining-budget": "0",
            "x-model-tokens-limit": "128000",
            "x-requests-limit": "5",
            "x-time-remaining": "3",
        },
        None,
    ),
    "no state of a limit": (
        {
            "anthropic-ratelimit-unified-reset": "1790000042",
            "anthropic-ratelimit-unified-status": "allowed",
            "x-ratelimit-type": "tokens",
            "x-ratelimit-renewalperiod-requests": "60",
            "ratelimitbysize-query-cost": "7",
            "x-limit": "7",
        },
        None,
    ),
}


@pytest.mark.parametrize(("headers", "limits"), ROWS.values(), ids=ROWS)
def test_each_source(headers: dict[str, str], limits: RateLimit | None) -> None:
    assert read_rate_limit(headers, NOW) == limits


WORDS = ("remaining", "tokens", "per-minute")


@pytest.mark.parametrize("words", itertools.permutations(WORDS), ids="-".join)
@pytest.mark.parametrize("prefix", ["x-ratelimit", "ratelimit", "x-rate-limit", "acme-ratelimit"])
def test_any_order_of_the_words(prefix: str, words: tuple[str, ...]) -> None:
    name = "-".join([prefix, *words])
    limit = name.replace("remaining", "limit")
    found = read_rate_limit({name: "64", limit: "100000"}, NOW)
    assert found == RateLimit(None, Limit(100000, 64))


@given(
    st.dictionaries(
        st.sampled_from(["minute", "day", "hour", "month", "1m", "project", "week"]),
        st.tuples(st.integers(1, 1000), st.integers(0, 1000)),
        min_size=1,
    )
)
def test_the_tightest_window_counts(windows: dict[str, tuple[int, int]]) -> None:
    headers = {}
    for window, (limit, remaining) in windows.items():
        headers[f"x-ratelimit-limit-tokens-{window}"] = str(limit)
        headers[f"x-ratelimit-remaining-tokens-per-{window}"] = str(remaining)
    found = read_rate_limit(headers, NOW)
    assert found is not None
    assert found.tokens is not None
    assert found.tokens.share_left == min(left / limit for limit, left in windows.values())


parts = st.sampled_from(["x", "ratelimit", "limit", "remaining", "reset", "tokens", "input", "day"])


@given(st.dictionaries(st.lists(parts).map("-".join) | st.text(), st.text(max_size=9)))
def test_any_header_is_read(headers: dict[str, str]) -> None:
    found = read_rate_limit(headers, NOW)
    assert found is None or found.known
