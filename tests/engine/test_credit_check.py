"""The engine asks what is left: when, as what, and with which pace."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from relaytop.config.settings import Provider, Secret
from relaytop.engine.credit_check import INTERVAL_S, SILENT_S, CreditCheck
from relaytop.ledger.credits import account_of, read_credit
from relaytop.ledger.ledger import Ledger
from relaytop.probe.prober import Prober
from tests.support.credit import PAGES, telling
from tests.support.server import Response, ScriptedServer, Seen, error_reply

if TYPE_CHECKING:
    from pathlib import Path

    from relaytop.protocol.messages import Credit

KEY = "sk-credit-0123456789"
DAY = 20_000 * 86_400.0


def provider(server: ScriptedServer, *, credit: bool = True) -> Provider:
    return Provider(name="p", base_url=server.base_url, key=Secret(KEY), credit=credit)


async def asked(server: ScriptedServer, times: int = 1, ledger: Ledger | None = None) -> Credit:
    check = CreditCheck([provider(server)], lambda: 0.5, ledger)
    prober = Prober(provider(server))
    for at in range(times):
        found = await check.ask("p", prober, at * INTERVAL_S, DAY + at * INTERVAL_S)
    return found


@pytest.mark.parametrize("system", PAGES)
async def test_each_system_is_found_by_its_answers(system: str) -> None:
    with ScriptedServer(telling(PAGES[system], KEY)) as server:
        found = await asked(server)
    assert found.error is None
    assert found.system == system
    assert found.remaining == pytest.approx(12.3)


async def test_what_answered_once_is_asked_alone_from_then_on() -> None:
    with ScriptedServer(telling(PAGES["moonshot"], KEY)) as server:
        await asked(server, 2)
        paths = [seen.path for seen in server.requests]
    assert paths[-1] == "/v1/users/me/balance"
    assert paths.count("/v1/users/me/balance") == 2
    assert paths.count("/key/info") == 1


async def test_a_provider_without_such_a_page_is_asked_once_a_day() -> None:
    with ScriptedServer(telling({}, KEY)) as server:
        one = provider(server)
        check = CreditCheck([one], lambda: 0.5, None)
        assert check.providers_due({"p"}, 0.0) == []
        assert check.providers_due({"p"}, 10.0) == ["p"]
        found = await check.ask("p", Prober(one), 10.0, DAY)
        assert found.error is not None
        assert found.remaining is None
        assert check.providers_due({"p"}, 10.0 + 3 * INTERVAL_S) == []
        assert check.providers_due({"p"}, 10.0 + SILENT_S) == ["p"]


async def test_one_that_has_answered_is_asked_again_after_ten_minutes_whatever_it_says() -> None:
    pages = dict(PAGES["moonshot"])
    with ScriptedServer(telling(pages, KEY)) as server:
        one = provider(server)
        check = CreditCheck([one], lambda: 0.5, None)
        check.providers_due({"p"}, 0.0)
        check.providers_due({"p"}, 10.0)
        await check.ask("p", Prober(one), 10.0, DAY)
        pages.clear()
        assert check.providers_due({"p"}, 10.0 + INTERVAL_S) == ["p"]
        found = await check.ask("p", Prober(one), 10.0 + INTERVAL_S, DAY + INTERVAL_S)
        assert found.error is not None
        assert check.providers_due({"p"}, 10.0 + 2 * INTERVAL_S) == ["p"]


async def test_one_that_fails_as_a_whole_is_asked_again_after_ten_minutes() -> None:
    with ScriptedServer(lambda _: error_reply(500, "out of order")) as server:
        one = provider(server)
        check = CreditCheck([one], lambda: 0.5, None)
        check.providers_due({"p"}, 0.0)
        check.providers_due({"p"}, 10.0)
        await check.ask("p", Prober(one), 10.0, DAY)
        assert check.providers_due({"p"}, 10.0 + INTERVAL_S) == ["p"]


async def test_a_key_that_is_used_up_and_refused_has_nothing_left() -> None:
    message = "该令牌额度已用尽 TokenStatusExhausted[sk-abc***xyz]"
    with ScriptedServer(lambda _: error_reply(401, message)) as server:
        found = await asked(server)
    assert found.error is None
    assert (found.unit, found.remaining, found.limit) == ("USD", 0.0, None)


@pytest.mark.parametrize("message", ["invalid api key", "no access to the billing pages"])
async def test_a_key_that_is_refused_for_another_reason_tells_nothing(message: str) -> None:
    with ScriptedServer(lambda _: error_reply(403, message)) as server:
        found = await asked(server)
    assert found.error is not None
    assert found.remaining is None


async def test_nothing_is_left_in_the_currency_that_was_told_before() -> None:
    pages = telling(PAGES["deepseek"], KEY)
    spent = [False]

    def answer(seen: Seen) -> Response:
        return error_reply(402, "Insufficient Balance") if spent[0] else pages(seen)

    with ScriptedServer(answer) as server:
        one = provider(server)
        check = CreditCheck([one], lambda: 0.5, None)
        await check.ask("p", Prober(one), 0.0, DAY)
        spent[0] = True
        found = await check.ask("p", Prober(one), 600.0, DAY + 600.0)
    assert (found.unit, found.remaining, found.system) == ("CNY", 0.0, "deepseek")


@pytest.mark.parametrize("status", [429, 500, 502, 503])
async def test_half_of_the_pages_is_no_answer(status: int) -> None:
    pages = telling(PAGES["openrouter"], KEY)
    broken = [False]

    def answer(seen: Seen) -> Response:
        away = broken[0] and seen.path.endswith("/credits")
        return error_reply(status, "later") if away else pages(seen)

    with ScriptedServer(answer) as server:
        one = provider(server)
        check = CreditCheck([one], lambda: 0.5, None)
        found = []
        for at in range(5):
            broken[0] = at == 2
            found.append(await check.ask("p", Prober(one), 0.0, DAY + at * INTERVAL_S))
    assert [each.error is None for each in found] == [True, True, False, True, True]
    assert [each.remaining for each in found] == [pytest.approx(12.3)] * 2 + [None] + [
        pytest.approx(12.3)
    ] * 2
    assert found[-1].per_day == 0.0


@pytest.mark.parametrize("api", ["anthropic", "gemini", "azure"])
@pytest.mark.parametrize("system", PAGES)
async def test_each_system_is_asked_with_a_bearer_key_whichever_api_is_probed(
    system: str, api: str
) -> None:
    with ScriptedServer(telling(PAGES[system], KEY)) as server:
        root = server.base_url.removesuffix("/v1")
        one = Provider(name="p", base_url=root, key=Secret(KEY), api=api, credit=True)
        found = await CreditCheck([one], lambda: 0.5, None).ask("p", Prober(one), 0.0, DAY)
    assert found.system == system
    assert found.remaining == pytest.approx(12.3)


async def test_one_that_is_away_is_asked_again_after_ten_minutes() -> None:
    with ScriptedServer(lambda _: error_reply(429, "slow down")) as server:
        one = provider(server)
        check = CreditCheck([one], lambda: 0.5, None)
        check.providers_due({"p"}, 0.0)
        assert check.providers_due({"p"}, 10.0) == ["p"]
        found = await check.ask("p", Prober(one), 10.0, DAY)
        assert len(server.requests) == 1
    assert found.error is not None
    assert found.error.startswith("rate_limited")
    assert check.providers_due({"p"}, 10.0 + INTERVAL_S) == ["p"]


def test_an_unknown_host_is_asked_after_a_minute_unless_the_config_asks_for_it() -> None:
    unknown = Provider(name="unknown", base_url="http://127.0.0.1:9/v1")
    known = Provider(name="known", base_url="https://openrouter.ai/api/v1")
    wanted = Provider(name="wanted", base_url="http://127.0.0.1:9/v1", credit=True)
    check = CreditCheck([unknown, known, wanted], lambda: 0.5, None)
    names = {"unknown", "known", "wanted"}
    assert check.providers_due(names, 0.0) == []
    assert check.providers_due(names, 10.0) == ["known", "wanted"]
    assert check.providers_due(names, 59.0) == []
    assert check.providers_due(names, 70.0) == ["unknown"]


def test_who_forbids_it_or_is_not_watched_is_not_asked() -> None:
    quiet = Provider(name="quiet", base_url="http://127.0.0.1:9/v1", credit=False)
    official = Provider(name="official", base_url="https://api.openai.com/v1")
    idle = Provider(name="idle", base_url="http://127.0.0.1:9/v1")
    check = CreditCheck([quiet, official, idle], lambda: 0.5, None)
    for now in (0.0, 100.0, 1000.0):
        assert check.providers_due({"quiet", "official"}, now) == []


async def test_the_pace_is_the_accounts_over_all_processes(tmp_path: Path) -> None:
    spent = iter([0.0, 10.0, 20.0, 30.0, 40.0])
    pages = dict(PAGES["litellm"])

    with ScriptedServer(telling(pages)) as server:

        def spend() -> None:
            pages["/key/info"] = {"info": {"spend": next(spend_iter), "max_budget": 100.0}}

        spend_iter = spent
        one = provider(server)
        for process in range(2):
            ledger = Ledger(tmp_path / "ledger.sqlite")
            check = CreditCheck([one], lambda: 0.5, ledger)
            for step in range(2):
                spend()
                at = DAY + (2 * process + step) * 3600.0
                found = await check.ask("p", Prober(one), at, at)
            ledger.close(5.0)
    assert found.remaining == 70.0
    assert found.per_day == pytest.approx(10.0 * 24)
    kept = read_credit(tmp_path / "ledger.sqlite", account_of(one), "USD", DAY + 3 * 3600.0)
    assert [reading.remaining for reading in kept] == [100.0, 90.0, 80.0, 70.0]
    assert KEY.encode() not in (tmp_path / "ledger.sqlite").read_bytes()


def test_an_account_has_a_name_of_its_own_without_its_key() -> None:
    one = Provider(name="a", base_url="http://127.0.0.1:9/v1", key=Secret(KEY))
    same = Provider(name="b", base_url="http://127.0.0.1:9/v1", key=Secret(KEY))
    other = Provider(name="a", base_url="http://127.0.0.1:9/v1", key=Secret(f"{KEY}x"))
    assert account_of(one) == account_of(same) != account_of(other)
    assert KEY not in account_of(one)
