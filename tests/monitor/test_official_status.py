"""What official status pages say: lines in the event log, and no status."""

from __future__ import annotations

import dataclasses

from relaytop.monitor.handover import MonitorHandover
from relaytop.monitor.monitor import Monitor
from relaytop.protocol.codec import decode, decode_report, encode
from relaytop.protocol.messages import Finished, StatusPage
from relaytop.wire.facts import OfficialIncident, OfficialStatus
from tests.support.samples import T0, TARGET, sample, settings

URL = "https://status.example.com"
ERRORS = OfficialIncident(
    "1", "Elevated errors", "major", "investigating", T0 - 30, T0 - 30, ("API",)
)
OLD = OfficialIncident("2", "Slow replies", "minor", "monitoring", T0 - 43 * 60)
WORK = OfficialIncident("3", "Upgrade", "maintenance", "in progress", T0)


def page(*incidents: OfficialIncident, failure: str | None = None) -> StatusPage:
    indicator = "major" if incidents else "none"
    status = OfficialStatus(indicator, "said by the page", incidents)
    return StatusPage(URL, ("relay",), status, T0, failure)


def logged(*reports: StatusPage, monitor: Monitor | None = None) -> list[tuple[str, str]]:
    monitor = monitor or Monitor(settings(), T0)
    for seconds, report in enumerate(reports):
        monitor.apply(decode_report(encode(report)), T0 + 600 * seconds)
    return [(event.level, event.text) for event in monitor.events()]


def test_an_incident_that_opens_and_closes_is_logged() -> None:
    whose = "relay's status page"
    assert logged(page(), page(ERRORS), page()) == [
        ("warning", f"{whose}: incident opened 10 min ago: Elevated errors (major), investigating"),
        ("good", f"{whose}: incident closed after 20 min: Elevated errors"),
    ]
    assert logged(page(ERRORS, WORK)) == [
        ("warning", f"{whose}: incident opened: Elevated errors (major), investigating"),
        ("info", f"{whose}: incident opened: Upgrade (maintenance), in progress"),
    ]


def test_one_that_was_open_before_is_told_with_its_age() -> None:
    ((_level, text),) = logged(page(OLD))
    assert text.endswith("incident opened 43 min ago: Slow replies (minor), monitoring")


def test_new_words_of_a_known_incident_are_not_logged_again() -> None:
    reworded = dataclasses.replace(ERRORS, name="Errors", status="monitoring", impact="minor")
    assert len(logged(page(ERRORS), page(reworded), page(reworded, OLD))) == 2


def test_a_page_that_cannot_be_read_closes_no_incident() -> None:
    failing = page(ERRORS, failure="timeout: no byte came")
    assert [text for _level, text in logged(page(ERRORS), failing, failing, page(ERRORS))][1:] == [
        "relay's status page cannot be read: timeout: no byte came",
        "relay's status page can be read again",
    ]
    never = StatusPage(URL, ("a", "b"), failure="dns: no such host")
    assert logged(never) == [("info", "a, b's status page cannot be read: dns: no such host")]


def test_no_status_and_no_figure_depends_on_it() -> None:
    told, untold = Monitor(settings(), T0), Monitor(settings(), T0)
    for second in range(30):
        for monitor in (told, untold):
            monitor.apply(Finished(sample(second)), T0 + second)
        told.apply(page(ERRORS) if second % 2 else page(), T0 + second)
    assert told.summary(TARGET, T0 + 30) == untold.summary(TARGET, T0 + 30)
    assert told.status_changes == untold.status_changes
    plain = dataclasses.replace(told.overview(T0 + 30), status_pages=())
    assert plain == untold.overview(T0 + 30)


def test_another_monitor_goes_on_from_it() -> None:
    monitor = Monitor(settings(), T0)
    monitor.apply(page(ERRORS), T0)
    line = encode(monitor.handover())
    fresh = Monitor(settings(), T0 + 1)
    fresh.restore(decode(line, {"MonitorHandover": MonitorHandover}), T0 + 1)
    assert fresh.overview(T0 + 1).status_pages == (page(ERRORS),)
    fresh.apply(page(ERRORS), T0 + 2)
    assert len(fresh.events()) == 1
    fresh.apply(page(), T0 + 3)
    assert len(fresh.events()) == 2


def test_other_settings_forget_the_pages_that_are_not_asked_any_more() -> None:
    monitor = Monitor(settings(), T0)
    monitor.apply(page(ERRORS), T0)
    (provider,) = settings().providers
    asked = dataclasses.replace(provider, status_page=URL)
    monitor.reconfigure(dataclasses.replace(settings(), providers=(asked,)), T0)
    assert len(monitor.overview(T0).status_pages) == 1
    monitor.reconfigure(settings(), T0)
    assert monitor.overview(T0).status_pages == ()
