"""When status pages are asked, and what is reported of them."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from relaytop.engine.status_page_check import INTERVAL_S, LONGEST_S, SPREAD, StatusPageCheck
from relaytop.protocol.messages import StatusPage
from relaytop.wire.facts import Failure, OfficialIncident, OfficialStatus
from tests.support.samples import T0, settings

if TYPE_CHECKING:
    from relaytop.config.settings import Provider, Settings

URL = "http://127.0.0.1:8/status"
WELL = OfficialStatus("none", "All well")
BAD = OfficialStatus("major", "Bad", (OfficialIncident("1", "Errors", "major", "investigating"),))
DOWN = Failure("timeout", "no byte came")


class FakeReader:
    def __init__(self, found: OfficialStatus | Failure) -> None:
        self.found = found

    async def read(self) -> OfficialStatus | Failure:
        return self.found


def watched(*names: str, url: str = URL) -> Settings:
    plain = settings(*(f"{name}/m" for name in names))
    providers = tuple(dataclasses.replace(p, status_page=url) for p in plain.providers)
    return dataclasses.replace(plain, providers=providers)


class Checked:
    """A check of one page, whose clock goes in seconds."""

    def __init__(self, *names: str, uniform: float = 0.5) -> None:
        self.reader = FakeReader(WELL)
        self.made: list[tuple[str, Provider]] = []
        self.check = StatusPageCheck(watched(*names), lambda: uniform, self._make)
        self.now = T0
        self.asked: list[float] = []

    def _make(self, url: str, provider: Provider) -> FakeReader:
        self.made.append((url, provider))
        return self.reader

    async def run(self, seconds: int) -> list[StatusPage]:
        found = []
        for _ in range(seconds):
            for url in self.check.pages_due(self.now):
                self.asked.append(self.now - T0)
                found.append(await self.check.check(url, lambda: self.now))
            self.now += 1
        return [report for report in found if report is not None]


async def test_it_is_asked_every_minute_and_told_once() -> None:
    checked = Checked("a")
    (report,) = await checked.run(300)
    assert report == StatusPage(URL, ("a",), WELL, T0 + 1)
    assert checked.asked == [1, 61, 121, 181, 241]


async def test_providers_of_one_page_ask_once() -> None:
    checked = Checked("a", "b")
    (report,) = await checked.run(30)
    assert report.providers == ("a", "b")
    assert [provider.name for _url, provider in checked.made] == ["a"]


async def test_hosts_do_not_ask_at_one_moment() -> None:
    early, late = Checked("a", uniform=0.0), Checked("a", uniform=0.999)
    await early.run(130)
    await late.run(130)
    assert early.asked[0] != late.asked[0]
    gaps = [checked.asked[1] - checked.asked[0] for checked in (early, late)]
    assert gaps == [INTERVAL_S * (1 - SPREAD / 2), INTERVAL_S * (1 + SPREAD / 2)]


async def test_what_changes_is_reported() -> None:
    checked = Checked("a")
    await checked.run(30)
    checked.reader.found = BAD
    (report,) = await checked.run(120)
    assert report.status == BAD
    checked.reader.found = WELL
    (report,) = await checked.run(60)
    assert report.status == WELL


async def test_a_page_that_cannot_be_read_is_told_once_and_asked_less_often() -> None:
    checked = Checked("a")
    await checked.run(90)
    checked.reader.found = DOWN
    (report,) = await checked.run(4000)
    assert report == StatusPage(URL, ("a",), WELL, T0 + 61, "timeout: no byte came")
    assert checked.asked[2:7] == [121, 241, 481, 961, 1861]
    assert checked.asked[7] - checked.asked[6] == LONGEST_S
    checked.reader.found = WELL
    (report,) = await checked.run(1000)
    assert (report.status, report.failure) == (WELL, None)


async def test_one_that_never_answered_has_no_status() -> None:
    checked = Checked("a")
    checked.reader.found = DOWN
    (report,) = await checked.run(10)
    assert (report.status, report.read_at) == (None, None)


async def test_a_page_is_not_asked_again_while_it_is_asked() -> None:
    checked = Checked("a")
    assert checked.check.pages_due(T0) == []
    assert checked.check.pages_due(T0 + 5) == [URL]
    assert checked.check.pages_due(T0 + 500) == []


def test_nothing_is_asked_without_a_page() -> None:
    assert StatusPageCheck(settings(), lambda: 0.5).pages_due(T0) == []
