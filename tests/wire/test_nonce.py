"""The nonce before a prompt: at the very start, in each API, and not twice in sixty days."""

import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.config.settings import APIS, Provider, Target
from relaytop.wire.apis import api_named
from relaytop.wire.nonce import ALPHABET, COUNT, NonceSequence, encode, with_nonce

PROBES_IN_60_DAYS = 60 * 86_400 // 5
seeds = st.integers()
texts = st.text(min_size=1, max_size=20)
roles = st.sampled_from(["system", "user", "assistant"])


def sequence(seed: int) -> NonceSequence:
    return NonceSequence(random.Random(seed).randrange)


@given(number=st.integers(0, COUNT - 1))
def test_four_characters_of_base_32_tell_the_number(number: int) -> None:
    text = encode(number)
    assert len(text) == 4
    found = 0
    for character in text:
        found = found * 32 + ALPHABET.index(character)
    assert found == number


def test_none_comes_again_within_sixty_days() -> None:
    nonces = sequence(7)
    found = {nonces.next("p/m") for _ in range(COUNT)}
    assert len(found) == COUNT == 1_048_576
    assert PROBES_IN_60_DAYS <= COUNT


@given(seed=seeds, count=st.integers(2, 2000))
def test_none_comes_again_from_whatever_start(seed: int, count: int) -> None:
    nonces = sequence(seed)
    assert len({nonces.next("p/m") for _ in range(count)}) == count


@given(seed=seeds)
def test_a_targets_nonces_are_its_own(seed: int) -> None:
    alone, mixed = sequence(seed), sequence(seed)
    expected = [alone.next("p/m") for _ in range(5)]
    found = []
    for _ in range(5):
        found.append(mixed.next("p/m"))
        mixed.next("p/other")
    assert found == expected


def test_two_processes_start_apart() -> None:
    assert len({NonceSequence().next("p/m") for _ in range(5)}) > 1


@pytest.mark.parametrize("api", APIS)
@given(messages=st.lists(st.tuples(roles, texts), min_size=1, max_size=4), seed=seeds)
def test_the_first_message_begins_with_it(
    api: str, messages: list[tuple[str, str]], seed: int
) -> None:
    nonce = sequence(seed).next("p/m")
    plain = Target(provider="p", model="m", messages=tuple(messages))
    asked = Target(provider="p", model="m", messages=with_nonce(plain.request_messages, nonce))
    provider = Provider(name="p", base_url="http://x", api=api)
    before, after = (
        _texts(json.loads(api_named(api).build(target, provider, frozenset()).body))
        for target in (plain, asked)
    )
    # A system message stands in a field of its own in some APIs, so not always the first text.
    changed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    assert changed == [(changed[0][0], f"{nonce} {changed[0][0]}")]
    assert changed[0][1].startswith(f"{nonce} {messages[0][1]}")


def _texts(body: object) -> list[str]:
    """Return all texts of a request, in order."""
    if isinstance(body, str):
        return [body]
    if isinstance(body, dict):
        return [text for value in body.values() for text in _texts(value)]
    return [text for each in body for text in _texts(each)] if isinstance(body, list) else []


def test_a_message_without_a_text_is_passed_over() -> None:
    found = with_nonce((("system", ""), ("user", "hi"), ("user", "ho")), "aaaa")
    assert found == (("system", ""), ("user", "aaaa hi"), ("user", "ho"))
