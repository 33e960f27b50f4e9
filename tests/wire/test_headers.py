import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.wire.headers import lowered, request_id, server_ms


def test_names_are_lower_case_and_the_first_of_a_repeated_one_counts() -> None:
    raw = [(b"Retry-After", b" 7 "), (b"retry-after", b"9"), (b"X", b"\xe9")]
    assert lowered(raw) == {"retry-after": "7", "x": "\xe9"}


@pytest.mark.parametrize(
    "name",
    [
        "x-request-id",
        "request-id",
        "x-generation-id",
        "x-oneapi-request-id",
        "x-litellm-call-id",
        "cf-ray",
    ],
)
def test_each_request_id(name: str) -> None:
    assert request_id({name: "req_1\x1b[31m"}) == "req_1"
    assert request_id({"x-request-id": " ", name: "req_1"}) in {"req_1", None}


def test_a_request_id_holds_no_key_and_fits_a_line() -> None:
    shown = request_id({"x-request-id": "abc-Zx81kQpTt0aLm4Vw9"}, ["Zx81kQpTt0aLm4Vw9"])
    assert shown is not None
    assert "Zx81kQpT" not in shown
    assert len(request_id({"cf-ray": "x" * 500}) or "") <= 80
    assert request_id({}) is None


@pytest.mark.parametrize(
    ("headers", "ms"),
    [
        ({"openai-processing-ms": "37"}, 37.0),
        ({"x-litellm-response-duration-ms": "12.5"}, 12.5),
        ({"x-envoy-upstream-service-time": "8"}, 8.0),
        ({"openai-processing-ms": "-1", "x-envoy-upstream-service-time": "8"}, 8.0),
        ({"openai-processing-ms": "1e300"}, None),
        ({"openai-processing-ms": "nan"}, None),
        ({}, None),
    ],
)
def test_the_servers_own_time(headers: dict[str, str], ms: float | None) -> None:
    assert server_ms(headers) == ms


@given(st.lists(st.tuples(st.binary(max_size=20), st.binary(max_size=60))))
def test_whatever_comes_is_read(raw: list[tuple[bytes, bytes]]) -> None:
    headers = lowered(raw)
    assert len(headers) <= len(raw)
    request_id(headers)
    server_ms(headers)
