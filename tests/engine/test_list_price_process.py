import pytest

from relaytop.engine.list_price_process import list_prices, may_be_listed


@pytest.mark.parametrize(
    ("base_url", "may_be"),
    [
        ("https://api.openai.com/v1", True),
        ("http://127.0.0.1:4000/v1", False),
        ("http://localhost/v1", False),
        ("http://[::1]:80/v1", False),
        ("http://10.1.2.3/v1", False),
    ],
)
def test_this_box_and_its_network_have_no_list_prices(base_url: str, *, may_be: bool) -> None:
    assert may_be_listed(base_url) is may_be


async def test_a_process_aside_knows_the_prices() -> None:
    found = await list_prices("https://api.openai.com/v1", ["gpt-4.1", "no-such-model"])
    assert list(found) == ["gpt-4.1"]
    assert found["gpt-4.1"].source == "list"


async def test_nothing_is_asked_where_nothing_can_be_known() -> None:
    assert await list_prices("http://127.0.0.1:9/v1", ["gpt-4.1"]) == {}
    assert await list_prices("https://api.openai.com/v1", []) == {}
