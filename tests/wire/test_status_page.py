"""Official status pages as they come over the wire: Statuspage, incident.io, Instatus, others."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.protocol.validate import is_valid
from relaytop.wire.facts import INDICATORS, MAX_INCIDENTS, OfficialStatus
from relaytop.wire.status_page import read_status_page
from tests.support.status_pages import INCIDENT_IO, INSTATUS, STATUSPAGE


def read(document: object) -> OfficialStatus:
    found = read_status_page(json.dumps(document).encode())
    assert found is not None
    return found


def at(moment: str) -> float:
    return datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp()


def test_statuspages_open_incidents_and_maintenance_in_progress_are_read() -> None:
    found = read(STATUSPAGE)
    assert (found.indicator, found.description) == ("major", "Partial System Outage")
    first, maintenance = found.incidents
    assert first.id == "rp3kzl0hqv8d"
    assert first.name == "Elevated errors on API"
    assert (first.impact, first.status) == ("major", "investigating")
    assert first.started_at == at("2026-11-20T10:00:00.123")
    assert first.updated_at == at("2026-11-20T10:12:00")
    assert first.components == ("API (api.example.com)",)
    assert (maintenance.name, maintenance.impact) == ("Database upgrade", "maintenance")
    assert maintenance.status == "in progress"


def test_incident_io_serves_the_same_form_with_less_in_it() -> None:
    found = read(INCIDENT_IO)
    assert (found.indicator, found.incidents) == ("none", ())
    assert found.description == "All Systems Operational"


def test_instatus_is_recognised_by_its_document() -> None:
    found = read(INSTATUS)
    assert (found.indicator, found.description) == ("critical", "Has issues")
    first, maintenance = found.incidents
    assert (first.name, first.impact) == ("Completions fail", "critical")
    assert (first.status, first.started_at) == ("identified", at("2026-11-20T10:00:00"))
    assert (maintenance.impact, maintenance.status) == ("maintenance", "in progress")
    assert first.id != maintenance.id
    assert read({"page": {"name": "x", "status": "UP"}}).indicator == "none"


@pytest.mark.parametrize("state", ["resolved", "postmortem", "completed", "scheduled"])
def test_what_is_over_or_only_planned_is_not_an_incident(state: str) -> None:
    table = {"id": "1", "name": "n", "status": state}
    document = {
        "status": {"indicator": "none"},
        "incidents": [table],
        "scheduled_maintenances": [table],
    }
    assert read(document).incidents == ()
    planned = {"id": "1", "name": "n", "status": "NOTSTARTEDYET"}
    assert read({"page": {"status": "UP"}, "activeMaintenances": [planned]}).incidents == ()


def test_no_more_incidents_are_kept_than_may_be() -> None:
    many = [{"id": str(n), "name": f"n{n}", "status": "identified"} for n in range(500)]
    found = read({"status": {"indicator": "minor"}, "incidents": many})
    assert [each.id for each in found.incidents] == [str(n) for n in range(MAX_INCIDENTS)]


def test_texts_are_made_safe_to_show() -> None:
    name = "\x1b[31mred\u202e key sk-abcdefghijkl \n" + "x" * 900
    incident = {"id": "1", "name": name, "status": "a\tb", "impact": "\x07", "started_at": "9" * 30}
    (found,) = read({"status": {"indicator": "odd"}, "incidents": [incident]}).incidents
    assert found.name.startswith("red key [key hidden] x")
    assert len(found.name) <= 200
    assert found.name.isprintable()
    assert (found.impact, found.status, found.started_at) == ("unknown", "a b", None)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"null",
        b'{"status":"ok"}',
        b'{"page":{"status":"fine"}}',
        b'{"status":{"indicator":3}}',
        b'{"data":{"type":"status_page"}}',
        b"[" * 100_000,
    ],
)
def test_another_document_is_none(body: bytes) -> None:
    assert read_status_page(body) is None


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)
moments = junk | st.datetimes().map(lambda moment: moment.isoformat()) | st.just("9999-12-31T00Z")
incidents = junk | st.lists(
    junk
    | st.fixed_dictionaries(
        {},
        optional={
            **dict.fromkeys(("id", "name", "impact", "components"), junk),
            "status": junk | st.sampled_from(("investigating", "in_progress", "INPROGRESS")),
            **dict.fromkeys(("started_at", "created_at", "scheduled_for", "started"), moments),
            **dict.fromkeys(("updated_at", "updatedAt"), moments),
        },
    ),
    max_size=4,
)


@given(
    st.fixed_dictionaries(
        {
            "status": junk | st.fixed_dictionaries({"indicator": junk, "description": junk}),
            "page": junk | st.fixed_dictionaries({"status": junk | st.sampled_from(("UP",))}),
        },
        optional=dict.fromkeys(
            ("incidents", "scheduled_maintenances", "activeIncidents", "activeMaintenances"),
            incidents,
        ),
    )
)
def test_whatever_comes_is_read_or_none(document: dict[str, Any]) -> None:
    found = read_status_page(json.dumps(document).encode())
    if found is not None:
        assert is_valid(found)
        assert found.indicator in INDICATORS


@given(st.binary(max_size=200))
def test_no_bytes_are_a_fault_of_ours(body: bytes) -> None:
    assert read_status_page(body) is None
