import dataclasses

import pytest

from relaytop.config.errors import RelaytopError
from relaytop.jobs.shadow.interleave import InterleavedPair
from relaytop.jobs.shadow.pairs import pairs_of
from relaytop.wire.nonce import NonceSequence
from tests.support.samples import settings

SETTINGS = dataclasses.replace(
    settings("a/m", "a/gpt", "a/only", "b/m", "b/openai/gpt", "c/x"),
    aliases={"gpt": ("a/gpt", "b/openai/gpt"), "lone": ("a/only", "c/x")},
)


def ids(*named: str, a: str = "a", b: str = "b") -> list[tuple[str, str, str]]:
    return [(pair.model, pair.a.id, pair.b.id) for pair in pairs_of(SETTINGS, a, b, named)]


def test_the_aliases_and_the_ids_that_both_have() -> None:
    assert ids() == [("gpt", "a/gpt", "b/openai/gpt"), ("m", "a/m", "b/m")]
    assert ids(a="b", b="a") == [("gpt", "b/openai/gpt", "a/gpt"), ("m", "b/m", "a/m")]


def test_named_pairs() -> None:
    assert ids("m") == ids("m=m") == [("m", "a/m", "b/m")]
    assert ids("only=m") == [("only=m", "a/only", "b/m")]


@pytest.mark.parametrize(
    ("named", "a", "b", "words"),
    [
        ((), "a", "nope", "no provider 'nope'; known: a, b, c"),
        ((), "a", "a", "a is named twice"),
        ((), "b", "c", "no model in common: name pairs"),
        (("onli=m",), "a", "b", "a lists no model 'onli'; did you mean 'only'"),
        (("=m",), "a", "b", "expected A_ID=B_ID"),
        (("m", "only=m"), "a", "b", "b/m is in two pairs"),
    ],
)
def test_what_cannot_be_compared(named: tuple[str, ...], a: str, b: str, words: str) -> None:
    with pytest.raises(RelaytopError, match=words):
        pairs_of(SETTINGS, a, b, named)


@pytest.mark.parametrize("same", [False, True])
def test_two_sides_at_one_url_have_each_a_nonce(*, same: bool) -> None:
    urls = dict.fromkeys("abc", "http://r.test/v1") if same else {"a": "http://a.test/v1"}
    providers = tuple(
        dataclasses.replace(each, base_url=urls.get(each.name, "http://r.test/v1"))
        for each in SETTINGS.providers
    )
    (pair,) = pairs_of(dataclasses.replace(SETTINGS, providers=providers), "a", "b", ("m",))
    assert pair.same_url == same
    asked = InterleavedPair(
        pair, [(("user", "x"),)], 8, 0, nonces=NonceSequence(), keep_replies=False
    )
    nonces = [target.nonce for target in asked.requests(lambda: False)]
    assert len(set(nonces)) == (16 if same else 8)
