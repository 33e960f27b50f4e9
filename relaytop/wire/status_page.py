"""An official status page's document for programs: Statuspage's form, and that of Instatus.

incident.io serves Statuspage's. Which form it is shows in the document.
"""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from relaytop.wire.facts import INDICATORS, MAX_INCIDENTS, OfficialIncident, OfficialStatus
from relaytop.wire.json_document import object_in, objects_of, parse
from relaytop.wire.text import safe

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MAX_NAME = 200
MAX_WORD = 40
MAX_COMPONENTS = 10
"""Components of an incident that are kept."""
MAX_MOMENT = 40
"""Characters of a moment."""
LATEST_S = 1e11
"""Unix seconds of the latest moment that is believed."""
OVER = frozenset({"resolved", "postmortem", "completed", "scheduled", "notstartedyet"})
"""States of what is over, or has not begun."""
UNDER_WAY = frozenset({"in_progress", "verifying", "maintenance_in_progress"})
"""States of maintenance that has begun."""
_INSTATUS = {
    "up": "none",
    "operational": "none",
    "degradedperformance": "minor",
    "minoroutage": "minor",
    "partialoutage": "major",
    "majoroutage": "critical",
    "undermaintenance": "maintenance",
}
"""Instatus' words → ours."""
_PAGE_STATES = frozenset({"up", "hasissues", "undermaintenance"})
_STATES = {"inprogress": "in progress", "maintenance_in_progress": "in progress"}
"""States of an incident → their words, where those are not the same."""
_DESCRIPTIONS = {"up": "All systems operational", "undermaintenance": "Under maintenance"}


def read_status_page(body: bytes) -> OfficialStatus | None:
    """Return what a status page says; None where the document is of neither form."""
    document = parse(body)
    if isinstance(object_in(document, "status").get("indicator"), str):
        return _statuspage(document)
    if _word(object_in(document, "page").get("status")).lower() in _PAGE_STATES:
        return _instatus(document)
    return None


def _statuspage(document: object) -> OfficialStatus:
    status = object_in(document, "status")
    return OfficialStatus(
        _indicator(status.get("indicator")),
        _text(status.get("description"), MAX_NAME),
        tuple(islice(_statuspage_incidents(document), MAX_INCIDENTS)),
    )


def _statuspage_incidents(document: object) -> Iterator[OfficialIncident]:
    incidents = document.get("incidents") if isinstance(document, dict) else None
    for each in objects_of(incidents):
        if _word(each.get("status")).lower() not in OVER:
            yield _incident(each, _indicator(each.get("impact")), "started_at", "created_at")
    planned = document.get("scheduled_maintenances") if isinstance(document, dict) else None
    for each in objects_of(planned):
        if _word(each.get("status")).lower() in UNDER_WAY:
            yield _incident(each, "maintenance", "scheduled_for", "started_at")


def _instatus(document: object) -> OfficialStatus:
    state = _word(object_in(document, "page").get("status")).lower()
    incidents = tuple(islice(_instatus_incidents(document), MAX_INCIDENTS))
    indicator = _INSTATUS.get(state, "unknown")
    if state == "hasissues" and incidents:
        indicator = max((each.impact for each in incidents), key=_severity)
    return OfficialStatus(indicator, _DESCRIPTIONS.get(state, "Has issues"), incidents)


def _instatus_incidents(document: object) -> Iterator[OfficialIncident]:
    for name in ("activeIncidents", "activeMaintenances"):
        found = document.get(name) if isinstance(document, dict) else None
        for each in objects_of(found):
            if _word(each.get("status")).lower() in OVER:
                continue
            impact = _INSTATUS.get(_word(each.get("impact")).lower(), "unknown")
            impact = impact if name == "activeIncidents" else "maintenance"
            yield _incident(each, impact, "started", "start")


def _severity(impact: str) -> int:
    order = ("none", "unknown", "maintenance", "minor", "major", "critical")
    return order.index(impact)


def _incident(table: Mapping[str, Any], impact: str, *begins: str) -> OfficialIncident:
    """Return an incident.

    Args:
        table: As the page has it.
        impact: One of `INDICATORS`.
        begins: The names of its beginning, the best first.
    """
    moments = (_moment(table.get(name)) for name in begins)
    started_at = next((moment for moment in moments if moment is not None), None)
    name = _text(table.get("name"), MAX_NAME) or "unnamed"
    state = _word(table.get("status")).lower()
    components = (_text(part.get("name"), MAX_NAME) for part in objects_of(table.get("components")))
    return OfficialIncident(
        # An early Instatus gives no id.
        id=_word(table.get("id")) or f"{name} {started_at or ''}".strip(),
        name=name,
        impact=impact,
        status=_STATES.get(state, state.replace("_", " ")),
        started_at=started_at,
        updated_at=_moment(table.get("updated_at")) or _moment(table.get("updatedAt")),
        components=tuple(islice(filter(None, components), MAX_COMPONENTS)),
    )


def _indicator(value: object) -> str:
    word = _word(value).lower()
    return word if word in INDICATORS else "unknown"


def _word(value: object) -> str:
    return _text(value, MAX_WORD)


def _text(value: object, limit: int) -> str:
    return safe(value, (), limit) if isinstance(value, str) else ""


def _moment(value: object) -> float | None:
    """Return a moment in ISO 8601 as Unix seconds; None where it is none since 1970."""
    if not isinstance(value, str) or len(value) > MAX_MOMENT:
        return None
    try:
        moment = datetime.fromisoformat(value)
        seconds = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
    return seconds if 0 < seconds <= LATEST_S else None
