"""What official status pages say, and the event log's lines when an incident opens or closes.

It is only told: no status, error rate or alert depends on it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.monitor.event import Event
from relaytop.monitor.number_format import format_span

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from relaytop.protocol.messages import StatusPage
    from relaytop.wire.facts import OfficialIncident

MAX_PAGES = 1000
"""Pages that are kept; a recording may name more."""
NEW_S = 120.0
"""An incident that began so long before it is first seen is told with its age."""


class OfficialStatusKeeper:
    """Keeps the newest report of each status page."""

    def __init__(self) -> None:
        self._pages: dict[str, StatusPage] = {}

    @property
    def pages(self) -> tuple[StatusPage, ...]:
        """The newest report of each page."""
        return tuple(self._pages.values())

    @property
    def urls(self) -> Collection[str]:
        """The URLs of the pages."""
        return self._pages.keys()

    def apply(self, report: StatusPage, now: float) -> Iterator[Event]:
        """Keep a report; yield a line for each incident that has opened or closed.

        Args:
            report: Of one page.
            now: Unix seconds.
        """
        before = self._pages.get(report.url)
        if before is None and len(self._pages) >= MAX_PAGES:
            return
        self._pages[report.url] = report
        whose = f"{', '.join(report.providers)}'s status page"
        yield from _readable(before, report, whose, now)
        known, current = _incidents(before), _incidents(report)
        for name, incident in current.items():
            if name not in known:
                yield _opened(incident, whose, now)
        for name, incident in known.items():
            if name not in current:
                yield _closed(incident, whose, now)

    def restore(self, pages: Iterable[StatusPage]) -> None:
        """Go on from what another monitor knew; nothing of it is news."""
        for page in pages:
            if len(self._pages) < MAX_PAGES:
                self._pages[page.url] = page

    def keep(self, urls: Collection[str]) -> None:
        """Forget the pages that are not among these."""
        self._pages = {url: page for url, page in self._pages.items() if url in urls}


def describe_incident(incident: OfficialIncident) -> str:
    """Return the name of an incident, what it affects how much, and how far it is."""
    impact = f" ({incident.impact})" if incident.impact not in {"none", "unknown"} else ""
    return f"{incident.name}{impact}" + (f", {incident.status}" if incident.status else "")


def _readable(
    before: StatusPage | None, report: StatusPage, whose: str, now: float
) -> Iterator[Event]:
    failed_before = before is not None and before.failure is not None
    if report.failure is not None and not failed_before:
        text = f"{whose} cannot be read: {report.failure}"
        yield Event(now, "notice", "info", None, text)
    elif report.failure is None and failed_before:
        yield Event(now, "notice", "info", None, f"{whose} can be read again")


def _incidents(page: StatusPage | None) -> dict[str, OfficialIncident]:
    incidents = page.status.incidents if page is not None and page.status is not None else ()
    return {incident.id: incident for incident in incidents}


def _opened(incident: OfficialIncident, whose: str, now: float) -> Event:
    age_s = 0.0 if incident.started_at is None else now - incident.started_at
    opened = f"incident opened {format_span(age_s)} ago" if age_s >= NEW_S else "incident opened"
    text = f"{whose}: {opened}: {describe_incident(incident)}"
    is_planned = incident.impact == "maintenance"
    return Event(now, "notice", "info" if is_planned else "warning", None, text)


def _closed(incident: OfficialIncident, whose: str, now: float) -> Event:
    text = f"{whose}: incident closed"
    if incident.started_at is not None and incident.started_at <= now:
        text += f" after {format_span(now - incident.started_at)}"
    return Event(now, "notice", "good", None, f"{text}: {incident.name}")
