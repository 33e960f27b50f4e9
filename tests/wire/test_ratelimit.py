import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.wire.facts import Limit, RateLimit
from relaytop.wire.ratelimit import limits_in, read_rate_limit
from relaytop.wire.retry_after import retry_after_s
from tests.support.scaling import assert_linear
from tests.wire.reading import JSON, SSE, read

NOW = 1_790_000_000.0
OPENAI = {
    "x-ratelimit-limit-requests": "60",
    "x-ratelimit-remaining-requests": "58",
    "x-ratelimit-reset-requests": "12s",
    "x-ratelimit-limit-tokens": "100000",
    "x-ratelimit-remaining-tokens": "99000",
    "x-ratelimit-reset-tokens": "6m0s",
}
ROWS = {
    "openai": (OPENAI, RateLimit(Limit(60, 58, 12.0), Limit(100000, 99000, 360.0))),
    "azure": (
        {
            "x-ratelimit-limit-requests": "-1",
            "x-ratelimit-remaining-requests": "9",
            "x-ratelimit-reset-requests": "60",
        },
        RateLimit(Limit(None, 9, 60.0)),
    ),
    "groq": (
        {
            "x-ratelimit-limit-requests": "14400",
            "x-ratelimit-remaining-requests": "14370",
            "x-ratelimit-reset-requests": "2m59.56s",
        },
        RateLimit(Limit(14400, 14370, 179.56)),
    ),
    "mistral": (
        {
            "x-ratelimit-limit-req-minute": "60",
            "x-ratelimit-remaining-req-minute": "59",
            "x-ratelimit-limit-tokens-minute": "500000",
            "x-ratelimit-remaining-tokens-minute": "499000",
        },
        RateLimit(Limit(60, 59), Limit(500000, 499000)),
    ),
    "openrouter": (
        {
            "x-ratelimit-limit": "20",
            "x-ratelimit-remaining": "0",
            "x-ratelimit-reset": "1790000030000",
        },
        RateLimit(Limit(20, 0, 30.0)),
    ),
    "litellm per key": (
        {
            "x-ratelimit-api_key-limit-requests": "3",
            "x-ratelimit-api_key-remaining-requests": "2",
            "x-ratelimit-limit-requests": "100",
            "x-ratelimit-remaining-requests": "99",
        },
        RateLimit(Limit(3, 2)),
    ),
    "litellm upstream": (
        {
            "llm_provider-x-ratelimit-limit-requests": "9",
            "llm_provider-x-ratelimit-remaining-requests": "8",
        },
        RateLimit(Limit(9, 8)),
    ),
    "ietf draft": (
        {"ratelimit-policy": '"burst";q=100;w=60', "ratelimit": '"default";r=50;t=30'},
        RateLimit(Limit(100, 50, 30.0)),
    ),
    "ietf lists are paired by name": (
        {
            "ratelimit-policy": '"burst";q=100;w=60,"daily";q=1000',
            "ratelimit": '"daily";r=1;t=3000',
        },
        RateLimit(Limit(1000, 1, 3000.0)),
    ),
    "ietf lists of which one is used up": (
        {"ratelimit": '"burst";r=50;t=30, "daily";r=0;t=100'},
        RateLimit(Limit(None, 0, 100.0)),
    ),
    "ietf lists of which one is tight": (
        {
            "ratelimit-policy": 'burst;q=100;w=60, "daily";q=1000;w=86400',
            "ratelimit": 'burst;r=50;t=30 , "daily"; r=400; t=100',
        },
        RateLimit(Limit(1000, 400, 100.0)),
    ),
    "ietf lists of which two are used up": (
        {"ratelimit": '"a";r=0;t=30, "b";r=0;t=100, "c";r=0'},
        RateLimit(Limit(None, 0, 100.0)),
    ),
    "ietf lists without limits": (
        {"ratelimit": '"a";r=50;t=30, "b";r=3;t=100'},
        RateLimit(Limit(None, 3, 100.0)),
    ),
    "ietf names may hold anything": (
        {"ratelimit-policy": '"a,b;q=7";q=9', "ratelimit": '"a,b;q=7";r=5, "x'},
        RateLimit(Limit(9, 5)),
    ),
    "ietf policies alone": (
        {"ratelimit-policy": '"burst";q=100;w=60,"daily";q=1000'},
        RateLimit(Limit(100)),
    ),
    "ietf with a name that no policy has": (
        {"ratelimit-policy": '"a";q=100, "b";q=7', "ratelimit": '"c";r=50;t=30'},
        RateLimit(Limit(None, 50, 30.0)),
    ),
    "ietf old": (
        {"ratelimit-limit": "100", "ratelimit-remaining": "50", "ratelimit-reset": "30"},
        RateLimit(Limit(100, 50, 30.0)),
    ),
    "ietf old with a policy": (
        {"ratelimit-limit": "100, 100;w=60", "ratelimit-remaining": "50"},
        RateLimit(Limit(100, 50)),
    ),
    "none": ({"content-type": "application/json"}, None),
    "unreadable": ({"x-ratelimit-limit-requests": "many"}, None),
}


@pytest.mark.parametrize(("headers", "limits"), ROWS.values(), ids=ROWS)
def test_each_source(headers: dict[str, str], limits: RateLimit | None) -> None:
    assert read_rate_limit(headers, NOW) == limits


@pytest.mark.parametrize(
    ("headers", "error", "seconds"),
    [
        ({"retry-after-ms": "250", "retry-after": "9"}, {}, 0.25),
        ({"retry-after": "1.5"}, {}, 1.5),
        ({"retry-after": "Mon, 21 Sep 2026 14:13:30 GMT"}, {}, 10.0),
        ({"llm_provider-retry-after": "7", "retry-after": "x"}, {}, 7.0),
        ({}, {"metadata": {"headers": {"X-RateLimit-Reset": "1790000030000"}}}, 30.0),
        ({}, {"reset_at": "2026-09-21T14:13:50Z"}, 30.0),
        ({**OPENAI, "x-ratelimit-remaining-requests": "0"}, {}, 12.0),
        ({"x-ratelimit-reset": "1790000030000"}, {}, 30.0),
        ({}, {"details": [{"@type": "RetryInfo", "retryDelay": "37s"}]}, 37.0),
        ({}, {"details": [7, {"retryDelay": []}], "metadata": {"headers": 7}}, None),
        ({"retry-after-ms": "1e300"}, {}, None),
        (OPENAI, {}, None),
        ({"retry-after": "-3"}, {}, None),
        ({"reset_at": "2026-09-21 14:13:50 UTC"}, {}, 30.0),
        ({"reset_at": "1790000030"}, {"retry_after": 7}, 7.0),
        ({"ratelimit": '"burst";r=50;t=30, "daily";r=0;t=100'}, {}, 100.0),
    ],
)
def test_how_long_a_server_asks_to_wait(
    headers: dict[str, str], error: dict[str, object], seconds: float | None
) -> None:
    wait = retry_after_s(headers, error, NOW)
    assert wait == (None if seconds is None else pytest.approx(seconds, abs=0.01))


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        (OPENAI, 12.0),
        ({**OPENAI, "x-ratelimit-remaining-tokens": "5"}, 360.0),
        ({**OPENAI, "x-ratelimit-remaining-tokens": "0"}, 360.0),
        ({"x-ratelimit-remaining-requests": "5"}, None),
        ({**OPENAI, "retry-after": "3"}, 3.0),
        ({}, None),
    ],
)
def test_who_is_limited_waits_for_the_tightest_limit(
    headers: dict[str, str], seconds: float | None
) -> None:
    assert retry_after_s(headers, {}, NOW, limited=True) == seconds


def test_a_tight_limit_without_a_reset_leaves_the_wait_to_the_next() -> None:
    headers = {**ANTHROPIC, "anthropic-ratelimit-requests-remaining": "40"}
    assert retry_after_s(headers, {}, NOW, limited=True) == 2.0


def test_only_a_reply_that_is_rate_limited_waits_for_a_limit_with_something_left() -> None:
    raw = [(name.encode(), value.encode()) for name, value in OPENAI.items()]
    assert read([b"{}"], status=429, headers=raw).retry_after_s == 12.0
    for status in (400, 500, 503):
        assert read([b"{}"], status=status, headers=raw).retry_after_s is None
    limited = b'{"error": {"code": 429, "message": "slow"}}'
    assert read([limited], headers=[*JSON, *raw]).retry_after_s == 12.0
    assert read([b"data: %s\n\n" % limited], headers=[*SSE, *raw]).retry_after_s == 12.0


@pytest.mark.parametrize("unit", ['"', '"a"', ",", ";", '";r=', "a", " ", "\\", ";r=1;", '"",'])
def test_the_longest_header_is_read_at_once(unit: str) -> None:
    def read(size: int) -> None:
        text = unit * (size // len(unit))
        read_rate_limit({"ratelimit": text, "ratelimit-policy": text}, NOW)

    assert_linear(read, 65_536)


def test_limits_that_openrouter_quotes_in_an_error() -> None:
    headers = {"X-RateLimit-Limit": "20", "X-RateLimit-Remaining": 0, "X-RateLimit-Reset": []}
    assert limits_in({"metadata": {"headers": headers}}, NOW) == RateLimit(Limit(20, 0))
    assert limits_in({}, NOW) is None


names = st.sampled_from([*OPENAI, "retry-after", "retry-after-ms", "ratelimit", "ratelimit-policy"])


items = st.sampled_from(['"a"', '"b"', "a", ";r=0", ";t=9", ";q=5", ",", " ", '"', ";r=-1", "="])
values = st.text(max_size=40) | st.integers().map(str) | st.lists(items).map("".join)


@given(st.dictionaries(names, values))
def test_whatever_comes_the_figures_are_sane(headers: dict[str, str]) -> None:
    limits = read_rate_limit(headers, NOW)
    wait = retry_after_s(headers, {}, NOW)
    assert wait is None or wait >= 0
    for limit in (limits.requests, limits.tokens) if limits else ():
        for figure in (limit.limit, limit.remaining, limit.reset_s) if limit else ():
            assert figure is None or figure >= 0


ANTHROPIC = {
    "anthropic-ratelimit-requests-limit": "50",
    "anthropic-ratelimit-requests-remaining": "49",
    "anthropic-ratelimit-requests-reset": "2026-09-21T14:13:22Z",
    "anthropic-ratelimit-input-tokens-limit": "30000",
    "anthropic-ratelimit-input-tokens-remaining": "300",
    "anthropic-ratelimit-output-tokens-limit": "8000",
    "anthropic-ratelimit-output-tokens-remaining": "8000",
}


def test_anthropic_counts_input_and_output_apart_and_a_past_reset_is_now() -> None:
    found = read_rate_limit(ANTHROPIC, NOW)
    assert found == RateLimit(
        requests=Limit(50, 49, 2.0),
        input_tokens=Limit(30000, 300),
        output_tokens=Limit(8000, 8000),
    )
    assert found.tightest == ("input_tokens", Limit(30000, 300))
    later = read_rate_limit(ANTHROPIC, NOW + 60)
    assert later is not None
    assert later.requests == Limit(50, 49, 0.0)


def test_anthropics_unified_reset_is_a_wait() -> None:
    assert retry_after_s({"anthropic-ratelimit-unified-reset": "1790000042"}, {}, NOW) == 42.0


def test_what_a_relay_copies_of_anthropics_headers_is_read() -> None:
    copied = {f"llm_provider-{name}": value for name, value in ANTHROPIC.items()}
    assert read_rate_limit(copied, NOW) == read_rate_limit(ANTHROPIC, NOW)
