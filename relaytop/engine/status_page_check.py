"""The official status pages: each asked once a minute, and less often while it cannot be read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from relaytop.config.status_pages import status_pages
from relaytop.probe.status_page_request import StatusPageReader
from relaytop.protocol.messages import StatusPage
from relaytop.wire.facts import Failure

if TYPE_CHECKING:
    from collections.abc import Callable

    from relaytop.config.settings import Provider, Settings
    from relaytop.wire.facts import OfficialStatus

INTERVAL_S = 60.0
FIRST_S = 2.0
"""The first requests are spread over so long."""
SPREAD = 0.2
"""Share of an interval that is random: many hosts must not ask at one moment."""
LONGEST_S = 900.0
"""Between two requests of a page that cannot be read."""


class Reader(Protocol):
    """Reads one status page."""

    async def read(self) -> OfficialStatus | Failure:
        """Ask once."""
        ...


@dataclass(slots=True)
class _Page:
    reader: Reader
    told: StatusPage
    """The newest report of it."""
    due_at: float | None = None
    """None while it is asked, and before it is first scheduled."""
    failures: int = 0
    """In a row."""


class StatusPageCheck:
    """Schedules the requests and reports what has changed.

    Args:
        settings: Which pages are asked.
        uniform: Returns a random float in [0, 1).
        make_reader: Makes a page's reader of its URL and a provider whose page it is.
    """

    def __init__(
        self,
        settings: Settings,
        uniform: Callable[[], float],
        make_reader: Callable[[str, Provider], Reader] = StatusPageReader,
    ) -> None:
        self._uniform = uniform
        self._pages = {
            url: _Page(
                make_reader(url, providers[0]),
                StatusPage(url, tuple(provider.name for provider in providers)),
            )
            for url, providers in status_pages(settings).items()
        }
        self._is_scheduled = False

    def pages_due(self, now: float) -> list[str]:
        """Return the URLs of the pages to ask now.

        Args:
            now: Seconds of any steady clock.
        """
        if not self._is_scheduled:
            self._is_scheduled = True
            for page in self._pages.values():
                page.due_at = now + FIRST_S * self._uniform()
        due = [
            u for u, page in self._pages.items() if page.due_at is not None and page.due_at <= now
        ]
        for url in due:
            self._pages[url].due_at = None
        return due

    async def check(self, url: str, clock: Callable[[], float]) -> StatusPage | None:
        """Ask a page; return a report where what it says has changed.

        Args:
            url: One of `pages_due`.
            clock: Steady Unix seconds.
        """
        page = self._pages[url]
        found = await page.reader.read()
        now = clock()
        before = page.told
        if isinstance(found, Failure):
            page.failures += 1
            report = StatusPage(url, before.providers, before.status, before.read_at, _words(found))
            has_changed = before.failure is None
        else:
            page.failures = 0
            report = StatusPage(url, before.providers, found, now)
            has_changed = before.failure is not None or found != before.status
        wait_s = min(LONGEST_S, INTERVAL_S * 2 ** min(page.failures, 10))
        page.due_at = now + wait_s * (1 + SPREAD * (self._uniform() - 0.5))
        page.told = report
        return report if has_changed else None


def _words(failure: Failure) -> str:
    return f"{failure.error_class}: {failure.message}" if failure.message else failure.error_class
