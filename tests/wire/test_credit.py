import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.wire.credit import lacks_credit, mentions_credit, waiting_helps
from relaytop.wire.text import INPUT_LIMIT
from tests.support.scaling import assert_linear

LACKING = (
    "insufficient_credits",
    "insufficient balance",
    "you have no credits left",
    "out of credits",
    "your credit balance is too low",
    "credits exhausted",
    "you exceeded your monthly included credits",
    "billing hard limit has been reached",
    "your account is suspended, check your billing details",
    "balance: negative",
    "organization_spend_limit_exceeded",
)
ABOUT = ("top up your balance", "see /billing", "you can purchase credits")
NEITHER = ("accredited", "load balancer", "load_balance", "unbalanced", "refunds", "credential")


@pytest.mark.parametrize("message", LACKING)
def test_what_says_that_there_is_no_credit(message: str) -> None:
    assert lacks_credit(message)
    assert mentions_credit(message)


@pytest.mark.parametrize("message", ABOUT)
def test_what_mentions_credit_without_a_lack(message: str) -> None:
    assert mentions_credit(message)
    assert not lacks_credit(message)


@pytest.mark.parametrize("message", NEITHER)
def test_what_only_looks_like_it(message: str) -> None:
    assert not mentions_credit(message)
    assert not lacks_credit(message)


@pytest.mark.parametrize(
    ("message", "helps"),
    [
        ("try again in 20s", True),
        ("retry in a minute", True),
        ("3 per min", True),
        ("5 per second", True),
        ("limit of 60 rpm", True),
        ("super secure", False),
        ("out of credits", False),
    ],
)
def test_whether_waiting_helps(message: str, *, helps: bool) -> None:
    assert waiting_helps(message) is helps


words = st.sampled_from(
    ["no ", "low_", "credit", "balance", "billing", "x", " ", "_", "per ", "not active", "insuff"]
)


@given(st.lists(words, max_size=40).map("".join) | st.text())
def test_to_lack_credit_is_to_speak_of_it(message: str) -> None:
    waiting_helps(message)
    assert mentions_credit(message) or not lacks_credit(message)


@pytest.mark.parametrize("unit", ["no ", "a", "credit ", "not active ", "no aaaaaaaaaa ", "_", " "])
def test_the_longest_message_is_read_at_once(unit: str) -> None:
    def read(size: int) -> None:
        message = (unit * size)[:size]
        mentions_credit(message)
        lacks_credit(message)
        waiting_helps(message)

    assert_linear(read, INPUT_LIMIT)
