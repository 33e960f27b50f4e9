import pytest

from relaytop.pricing.bundled_prices import bundled_names, read_bundled


@pytest.mark.parametrize("name", bundled_names())
def test_every_book_says_where_it_is_from(name: str) -> None:
    book = read_bundled(name)
    assert book.source
    assert all(0 < price.input == price.output for price in book.prices.values())
    assert book.latency_ms.keys() <= book.prices.keys()


def test_the_relay_and_what_its_article_quotes() -> None:
    relay, quoted = read_bundled("holysheep"), read_bundled("quoted")
    assert relay.prices.keys() == quoted.prices.keys()
    assert (relay.prices["gpt-4.1"].input, quoted.prices["gpt-4.1"].input) == (8.00, 60.00)
    assert relay.latency_ms["gemini-2.5-flash"] == 30


def test_another_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        read_bundled("bible")
