import pytest

from relaytop.config.settings import APIS
from relaytop.wire.apis import api_named


def test_every_api_that_a_provider_may_name_is_there() -> None:
    assert [api_named(name).name for name in APIS] == list(APIS)


def test_another_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        api_named("telnet")
