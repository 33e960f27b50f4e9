import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.wire.cached import MAX_SIGN, cache_sign
from tests.support.server import DONE, STOP, delta, event
from tests.wire.reading import JSON, SSE, read

HITS: list[dict[str, str]] = [
    {"x-portkey-cache-status": "HIT"},
    {"x-portkey-cache-status": "SEMANTIC HIT"},
    {"x-litellm-cache-key": "8afe90699b26cc49"},
    {"x-litellm-cache-key": "8afe", "x-litellm-cache-hit": "True"},
    {"x-litellm-cache-hit": "True"},
    {"x-openrouter-cache-status": "HIT"},
    {"cf-cache-status": "HIT"},
    {"cf-cache-status": "STALE"},
    {"cf-cache-status": "REVALIDATED"},
    {"cf-cache-status": "UPDATING"},
    {"cf-aig-cache-status": "HIT"},
    {"x-cache": "HIT"},
    {"x-cache": "hit"},
    {"x-cache": "Hit from cloudfront"},
    {"x-cache": "RefreshHit from cloudfront"},
    {"x-cache": "TCP_MEM_HIT from edge"},
    {"x-cache": "MISS, HIT"},
    {"x-cache": "true"},
    {"x-cache-status": "Hit"},
    {"x-cache-hits": "3"},
    {"x-cache-lookup": "HIT from squid:3128"},
    {"x-proxy-cache": "HIT"},
    {"x-vercel-cache": "HIT"},
    {"helicone-cache": "HIT"},
    {"cache_hit": "true"},
    {"cache-status": 'ExampleCache; hit; ttl=30; detail="memory"'},
    {"cache-status": "Origin; fwd=miss, Edge; ttl=30;hit"},
    {"cache-status": "HIT"},
    {"x-from-cache": "1"},
    {"age": "17"},
    {"age": "0.5"},
]
MISSES: list[dict[str, str]] = [
    {},
    {"x-portkey-cache-status": "MISS"},
    {"x-portkey-cache-status": "SEMANTIC MISS"},
    {"x-portkey-cache-status": "DISABLED"},
    {"x-portkey-cache-status": "REFRESH"},
    {"x-litellm-cache-key": "8afe", "x-litellm-cache-hit": "False"},
    {"x-litellm-cache-key": ""},
    {"x-litellm-cache-hit": "False"},
    {"cf-cache-status": "DYNAMIC"},
    {"cf-cache-status": "BYPASS"},
    {"cf-cache-status": "EXPIRED"},
    {"cf-aig-cache-status": "MISS"},
    {"x-cache": "MISS"},
    {"x-cache": "Miss from cloudfront"},
    {"x-cache": "Error from cloudfront"},
    {"x-cache": "HIT-FOR-MISS"},
    {"x-cache": "hit_for_pass"},
    {"x-cache-hits": "0"},
    {"cache-status": "ExampleCache; fwd=uri-miss; stored"},
    {"cache-status": "ExampleCache; fwd=stale; fwd-status=304"},
    {"cache-status": "hit-counter; fwd=miss, Edge; fwd=bypass"},
    {"x-cache": "NO-HIT"},
    {"x-cache": "not hit"},
    {"cache-control": "no-store, stale-while-revalidate=30"},
    {"x-cache-key": "hit-list"},
    {"x-cache-ttl": "3600"},
    {"helicone-cache": "MISS"},
    {"age": "0"},
    {"age": "-3"},
    {"age": "old"},
    {"x-whitespace": "a white hit"},
]


@pytest.mark.parametrize("headers", HITS, ids=str)
def test_each_sign_of_a_hit(headers: dict[str, str]) -> None:
    sign = cache_sign(headers, {})
    assert sign is not None
    assert any(sign.startswith(name) for name in headers)


@pytest.mark.parametrize("headers", MISSES, ids=str)
def test_what_is_no_hit(headers: dict[str, str]) -> None:
    assert cache_sign(headers, {}) is None


@pytest.mark.parametrize("field", ["cached", "cache_hit", "from_cache"])
def test_a_field_of_the_body(field: str) -> None:
    choice = {"message": {"content": "x"}, "finish_reason": "stop"}
    body = json.dumps({"choices": [choice], field: True}).encode()
    assert read([body], headers=JSON).cached == field
    body = json.dumps({"choices": [choice], field: False}).encode()
    assert read([body], headers=JSON).cached is None


def test_a_hit_is_a_fact_of_the_reply_whole_and_streamed_and_none_of_a_failure() -> None:
    hit = (b"X-Portkey-Cache-Status", b"HIT")
    stream = [delta(content="x"), STOP, DONE]
    assert read(stream, headers=[*SSE, hit]).cached == "x-portkey-cache-status: HIT"
    assert read(stream).cached is None
    assert read([b"{}"], status=503, headers=[*JSON, hit]).cached is None


def test_prompt_cached_tokens_are_no_hit() -> None:
    details = {"prompt_tokens": 9, "prompt_tokens_details": {"cached_tokens": 8}}
    counts = event({"choices": [], "usage": {**details, "prompt_cache_hit_tokens": 8}})
    assert read([delta(content="x"), STOP, counts, DONE]).cached is None


names = st.sampled_from(
    ["x-cache", "age", "cf-cache-status", "x-litellm-cache-key", "x-cache-hits"]
)


@given(st.dictionaries(names | st.text(), st.text()), st.dictionaries(st.text(), st.booleans()))
def test_whatever_comes_a_sign_is_short_and_printable(
    headers: dict[str, str], document: dict[str, object]
) -> None:
    sign = cache_sign(headers, document)
    assert sign is None or (len(sign) <= MAX_SIGN and sign.isprintable())
