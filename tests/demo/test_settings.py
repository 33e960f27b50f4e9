"""The demo's settings."""

from relaytop.config.settings import Window
from relaytop.demo.settings import ORIGIN, demo_settings

PORTS = {"holysheep": 40001, "direct": 40002, "official": 40003}


def test_three_providers_on_loopback_with_the_models_of_the_price_table() -> None:
    settings = demo_settings(PORTS)
    assert [p.base_url for p in settings.providers] == [
        "http://127.0.0.1:40001/v1",
        "http://127.0.0.1:40002/v1",
        "http://127.0.0.1:40003/v1",
    ]
    names = [target.id for target in settings.targets]
    assert names[:4] == [
        "holysheep/gpt-4.1",
        "holysheep/claude-sonnet-4.5",
        "holysheep/gemini-2.5-flash",
        "holysheep/deepseek-v3.2",
    ]
    assert len(set(names)) == 8


def test_it_probes_twice_a_second_over_two_minutes() -> None:
    settings = demo_settings(PORTS)
    assert {target.interval_s for target in (*settings.targets, settings.defaults)} == {0.5}
    assert settings.window == Window(seconds=120.0)
    assert settings.origins["interval"] == ORIGIN


def test_the_budget_lasts_for_hours() -> None:
    settings = demo_settings(PORTS)
    prices = {provider.name: provider.prices for provider in settings.providers}
    usd_per_h = 0.0
    for target in settings.targets:
        price = prices[target.provider][target.model]
        usd_per_h += 7200 * (5 * price.input + 16 * price.output) / 1e6
    assert settings.budget_usd / usd_per_h > 2


def test_what_several_providers_have_can_be_compared() -> None:
    aliases = demo_settings(PORTS).aliases
    assert aliases["gpt-4.1"] == (
        "holysheep/gpt-4.1",
        "direct/openai/gpt-4.1",
        "official/gpt-4.1",
    )
    assert sorted(aliases) == ["claude-sonnet-4.5", "gemini-2.5-flash", "gpt-4.1"]


def test_an_alert_rings_and_writes_the_title_and_sends_nothing() -> None:
    alerts = demo_settings(PORTS).alerts
    assert (alerts.bell, alerts.title, alerts.notify) == (True, True, False)
    assert (alerts.command, alerts.webhook, alerts.services) == ((), None, ())
