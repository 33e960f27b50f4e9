import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.wire.durations import LONGEST_S, wait_in_words
from relaytop.wire.retry_after import retry_after_s
from relaytop.wire.text import INPUT_LIMIT
from tests.support.scaling import assert_linear
from tests.wire.reading import JSON, read

NOW = 1_790_000_000.0
WORDS = [
    ("Please try again in 12s.", 12.0),
    ("Please try again in 20ms. Visit", 0.02),
    ("Please try again in 6m0s.", 360.0),
    ("Please try again in 1m30.5s", 90.5),
    ("Please try again in 1h2m3s", 3723.0),
    ("Please retry in 37.5s", 37.5),
    ("retry after 3.5 seconds", 3.5),
    ("Please retry after 60 seconds.", 60.0),
    ("Please retry after 1 second", 1.0),
    ("Retry after: 12", 12.0),
    ("Retry-After: 12 seconds", 12.0),
    ("retry after 12", 12.0),
    ("Try your request again in 5 seconds", 5.0),
    ("Please wait 2 minutes", 120.0),
    ("please wait for 30 sec before", 30.0),
    ("Try again in 2 hours and 5 minutes", 7500.0),
    ("Try again in 2 hours, 5 minutes, 3 seconds", 7503.0),
    ("TRY AGAIN IN 12 SECONDS", 12.0),
    ("limit resets in 45s", 45.0),
    ("Limit resets at 2026-09-21T14:13:50Z", 30.0),
    ("Limit resets at: 2026-09-21 14:13:50 UTC", 30.0),
    ("Quota will be replenished in 02:03:04.", 7384.0),
    ("请在 12 秒后重试", 12.0),
    ("请12秒后再试", 12.0),
    ("try again later; retry in 9s", 9.0),
    ("Please slow down and try after 10 seconds", 10.0),
    ("Please retry your requests after 20 seconds.", 20.0),
    ("try again in less than 1 minute", 60.0),
    ("back off for 10 seconds", 10.0),
    ("next request allowed in 30s", 30.0),
    ("retry_delay {\n  seconds: 37\n}", 37.0),
    ('GeminiException - {"@type": "RetryInfo", "retryDelay": "37s"}', 37.0),
    ('{\\"retryDelay\\": \\"37.5s\\"}', 37.5),
    ("retry_after: 12", 12.0),
    ("请等待 30 秒", 30.0),
    ("5分钟后重试", 300.0),
    ("限流将在 30 秒后重置", 30.0),
    ("您的限额将在 2026-09-21 22:13:50 重置", 30.0),
]
NO_WAIT = [
    "",
    "please try again later",
    "Limit 3 requests per min",
    "try again in a minute",
    "retry 3 times",
    "wait 99999999999 days",
    "in 12s we retried",
    "retry-after-ms is 250",
    "分钟后重试",
    "we tried 3 times",
]


@pytest.mark.parametrize(("words", "seconds"), WORDS)
def test_a_wait_in_words(words: str, seconds: float) -> None:
    assert wait_in_words(words, NOW) == pytest.approx(seconds, abs=0.01)
    for body in (words.encode(), json.dumps({"error": {"message": words}}).encode()):
        if "20" not in words:  # a moment is read by the reader's clock, which stands at 0 here
            found = read([body], status=429, headers=JSON).retry_after_s
            assert found == pytest.approx(seconds, abs=0.01)


@pytest.mark.parametrize("words", NO_WAIT)
def test_words_without_a_wait(words: str) -> None:
    assert wait_in_words(words, NOW) is None


FIELDS: list[tuple[dict[str, object], float]] = [
    ({"retry_after": 7}, 7.0),
    ({"retry_after": "7"}, 7.0),
    ({"retryAfter": 7.5}, 7.5),
    ({"retry_after_seconds": 7}, 7.0),
    ({"retry_after_ms": 250}, 0.25),
    ({"retryAfterMs": "250"}, 0.25),
    ({"retry_in": "1m0s"}, 60.0),
    ({"retryDelay": "37s"}, 37.0),
    ({"resets_in_seconds": 42}, 42.0),
    ({"resets_at": 1_790_000_042}, 42.0),
    ({"estimated_time": 20.0}, 20.0),
    ({"wait_seconds": 3}, 3.0),
    ({"cooldown": 5}, 5.0),
    ({"retry_delay": {"seconds": 37}}, 37.0),
    ({"retryDelay": {"seconds": "37", "nanos": 0}}, 37.0),
    ({"details": [{"metadata": {"quotaResetDelay": "1h2m"}}]}, 3720.0),
    ({"resetTime": "2026-09-21T14:13:50Z"}, 30.0),
    ({"retry_after_minutes": 2}, 120.0),
    ({"retryAfterInSeconds": 30}, 30.0),
    ({"limit_reset_at": 1_790_000_042}, 42.0),
    ({"next_retry_at": "2026-09-21T14:13:50Z"}, 30.0),
    ({"try_again_in": "30s"}, 30.0),
    ({"time_to_reset": 30}, 30.0),
    ({"headers": {"Retry-After": "30"}}, 30.0),
    ({"metadata": {"retry_after_seconds": 9}}, 9.0),
    ({"details": {"inner": [{"retryAfter": 9}]}}, 9.0),
    ({"retry_after": None, "message": "try again in 4s"}, 4.0),
    ({"retry_after": 7, "message": "try again in 4s"}, 7.0),
    ({"retry_after": True, "message": "try again in 4s"}, 4.0),
]


@pytest.mark.parametrize(("error", "seconds"), FIELDS)
def test_a_wait_in_a_field(error: dict[str, object], seconds: float) -> None:
    assert retry_after_s({}, error, NOW) == pytest.approx(seconds, abs=0.01)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"x-retry-after": "7"}, 7.0),
        ({"x-ms-retry-after-ms": "250"}, 0.25),
        ({"retry-after-seconds": "7"}, 7.0),
        ({"x-ratelimit-retry-after": "7s"}, 7.0),
        ({"anthropic-retry-after": "7"}, 7.0),
        ({"x-ratelimit-retryafter": "7"}, 7.0),
        ({"x-ratelimit-timeremaining": "30"}, 30.0),
        ({"x-retry-in": "3"}, 3.0),
        ({"retry-after": "30 seconds"}, 30.0),
        ({"retry-after": '"30"'}, 30.0),
        ({"x-should-retry": "true"}, None),
        ({"x-retry-after-policy": "7"}, None),
    ],
)
def test_a_wait_in_a_header(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after_s(headers, {}, NOW) == seconds


def test_a_field_beats_words_and_words_beat_resets() -> None:
    headers = {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "60s"}
    words = {"message": "try again in 12s"}
    assert retry_after_s(headers, words, NOW, limited=True) == 12.0
    assert retry_after_s({**headers, "retry-after": "3"}, words, NOW, limited=True) == 3.0


names = st.sampled_from(["retry_after", "retryAfterMs", "resets_at", "metadata", "details", "x"])
leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
errors = st.dictionaries(names, leaves | st.dictionaries(names, leaves) | st.lists(leaves))
pieces = st.sampled_from(
    ["try again in ", "retry after ", "12", "s", " ", ".", "1m", "秒", ":", "-"]
)


@given(errors, st.lists(pieces).map("".join) | st.text())
def test_whatever_comes_the_wait_is_sane(error: dict[str, object], message: str) -> None:
    wait = retry_after_s({}, {**error, "message": message}, NOW)
    assert wait is None or 0 <= wait <= LONGEST_S


@pytest.mark.parametrize("unit", ["try again in ", "retry ", "wait 1", "1m", "in ", "请", "9:"])
def test_the_longest_message_is_read_at_once(unit: str) -> None:
    assert_linear(lambda size: wait_in_words((unit * size)[:size], NOW), INPUT_LIMIT)
