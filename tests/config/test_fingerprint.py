import dataclasses

from relaytop.config.fingerprint import fingerprint
from relaytop.config.settings import Price, Provider, Secret, Settings, Target, Window
from relaytop.protocol.codec import decode_command, encode
from relaytop.protocol.messages import Start

PROVIDER = Provider(
    name="p",
    base_url="http://127.0.0.1:9/v1",
    key=Secret("sk-1"),
    models=("m",),
    headers={"a": "1", "b": "2"},
    prices={"m": Price(1, 2.5)},
)
SETTINGS = Settings(providers=(PROVIDER,), targets=(Target(provider="p", model="m"),))


def test_it_is_the_same_after_a_way_through_a_pipe() -> None:
    start = decode_command(encode(Start(SETTINGS)))
    assert isinstance(start, Start)
    assert fingerprint(start.settings) == fingerprint(SETTINGS)


def test_the_order_of_a_table_does_not_count() -> None:
    turned = dataclasses.replace(PROVIDER, headers={"b": "2", "a": "1"})
    assert fingerprint(dataclasses.replace(SETTINGS, providers=(turned,))) == fingerprint(SETTINGS)


def test_neither_does_the_window_nor_a_key() -> None:
    keyless = dataclasses.replace(PROVIDER, key=None)
    looked_at = dataclasses.replace(SETTINGS, providers=(keyless,), window=Window(60.0))
    assert fingerprint(looked_at) == fingerprint(SETTINGS)


def test_what_is_probed_and_how_does() -> None:
    elsewhere = dataclasses.replace(PROVIDER, base_url="http://127.0.0.1:8/v1")
    others = (
        dataclasses.replace(SETTINGS, providers=(elsewhere,)),
        dataclasses.replace(SETTINGS, targets=(Target(provider="p", model="m", interval_s=1.0),)),
        dataclasses.replace(SETTINGS, targets=()),
        dataclasses.replace(SETTINGS, budget_usd=2.0),
    )
    found = {fingerprint(each) for each in (SETTINGS, *others)}
    assert len(found) == len(others) + 1
