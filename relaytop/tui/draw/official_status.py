"""The detail's line of what the official status page of a target's provider says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.monitor.number_format import format_span
from relaytop.monitor.official_status import describe_incident
from relaytop.tui.draw.text_runs import fit, wrapped

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from relaytop.protocol.messages import StatusPage
    from relaytop.tui.draw.text_runs import Line, Role
    from relaytop.wire.facts import OfficialIncident

NARROW = 50
"""In fewer cells a sentence may take a line more."""
LEAST_NAME = 12
"""Cells of an incident's name at least."""
MAX_PAGES = 2
"""Pages of a group that are told of."""


def official_lines(
    pages: Iterable[StatusPage], providers: Collection[str], now: float, width: int, height: int
) -> list[Line]:
    """Draw what the status pages of these providers say; nothing where no line would be left.

    Of several providers only the pages with an incident, or that cannot be read, are drawn.

    Args:
        pages: All of them.
        providers: Those of what the detail shows.
        now: Unix seconds.
        width: Cells.
        height: Lines there are.
    """
    most = 3 if width < NARROW else 2
    found = [page for page in pages if not set(providers).isdisjoint(page.providers)]
    if height <= most + 1 or not found:
        return []
    if len({*providers}) == 1:
        return _lines(found[0], "status page: ", now, width, most)
    news = [page for page in found if page.failure or (page.status and page.status.incidents)]
    return [
        line
        for page in news[: MAX_PAGES if height > 2 * most + 1 else 1]
        for line in _lines(page, f"{', '.join(page.providers)}'s status page: ", now, width, most)
    ]


def _lines(page: StatusPage, head: str, now: float, width: int, most: int) -> list[Line]:
    text, role = _sentence(page, now, room=most * width - len(head))
    return [[(piece, role)] for piece in wrapped(head + text, width, most)]


def _sentence(page: StatusPage, now: float, room: int) -> tuple[str, Role]:
    status = page.status
    if status is None:
        return f"cannot be read ({page.failure})" if page.failure else "not read yet", "dim"
    old = ""
    if page.failure is not None and page.read_at is not None:
        old = f"; unreadable for {format_span(now - page.read_at)}"
    if not status.incidents:
        is_well = status.indicator == "none" or not status.description
        return ("no incidents" if is_well else status.description) + old, "dim"
    first, *others = status.incidents
    more = f", +{len(others)} more" if others else ""
    return _incident(first, now, room - len(more) - len(old)) + more + old, "warn"


def _incident(incident: OfficialIncident, now: float, room: int) -> str:
    """Return an incident in about so many cells; of its name is left what has room."""
    rest = describe_incident(incident)[len(incident.name) :]
    if incident.started_at is not None and incident.started_at <= now:
        rest += f", {format_span(now - incident.started_at)}"
    # Each end of a line may leave a word's room.
    return fit(incident.name, max(LEAST_NAME, room - len(rest) - LEAST_NAME)).rstrip() + rest
