"""The small pure parts: certificate, clock, names, base URL."""

import dataclasses

import pytest

from relaytop.config.settings import Target
from relaytop.jobs.check.base_url import alternatives
from relaytop.jobs.check.certificate import certificate_finding, handshake_failure
from relaytop.jobs.check.clock import clock_finding
from relaytop.jobs.check.findings import Subject
from relaytop.jobs.check.proxy import without_credentials
from relaytop.jobs.check.reply_findings import machine_finding
from tests.jobs.check.support import provider
from tests.support.samples import sample

PROVIDER = Subject("p")
NOON = 1_790_078_400.0  # 2026-09-22T12:00:00Z
UNTIL = {"notAfter": "Oct  2 12:00:00 2026 GMT"}
DAY_S = 86_400


@pytest.mark.parametrize(
    ("now", "level", "words"),
    [
        (NOON, "warn", "valid for 10 days"),
        (NOON + 9 * DAY_S, "warn", "valid for 1 day"),
        (NOON - 4 * DAY_S, "good", "valid for 14 days"),
    ],
)
def test_days_until_a_certificate_expires(now: float, level: str, words: str) -> None:
    finding = certificate_finding(PROVIDER, UNTIL, "TLSv1.3", now)
    assert finding.level == level
    assert finding.meaning.endswith(words)


def test_a_certificate_without_a_date() -> None:
    assert certificate_finding(PROVIDER, None, "TLSv1.3", NOON).level == "good"


@pytest.mark.parametrize(
    ("words", "meaning"),
    [
        ("certificate: certificate has expired", "has expired"),
        ("certificate: self-signed certificate", "is self-signed"),
        ("certificate: self signed certificate", "is self-signed"),
        ("certificate: self-signed certificate in certificate chain", "not trusted here"),
        ("certificate: Hostname mismatch, certificate is not valid for 'x'.", "another host name"),
        ("certificate: IP address mismatch, certificate is not valid for '1.2.3.4'", "another"),
        ("certificate: unable to get local issuer certificate", "unknown here"),
        ("certificate: certificate is not yet valid", "not valid yet"),
        ("handshake failed: WRONG_VERSION_NUMBER", "handshake failed"),
    ],
)
def test_why_tls_failed(words: str, meaning: str) -> None:
    finding = handshake_failure(PROVIDER, words)
    assert finding.level == "bad"
    assert meaning in finding.meaning
    assert finding.remedy


@pytest.mark.parametrize(
    ("date", "level"),
    [
        ("Tue, 22 Sep 2026 12:00:30 GMT", "good"),
        ("Tue, 22 Sep 2026 11:59:00 GMT", "good"),
        ("Tue, 22 Sep 2026 11:58:59 GMT", "warn"),
        ("Tue, 22 Sep 2026 13:00:00 -0000", "warn"),
        ("Wed, 23 Sep 2026 12:00:00 GMT", "warn"),
    ],
)
def test_the_clock_against_the_date_header(date: str, level: str) -> None:
    finding = clock_finding(PROVIDER, date, NOON)
    assert finding is not None
    assert finding.level == level


def test_which_clock_is_ahead() -> None:
    ahead = clock_finding(PROVIDER, "Tue, 22 Sep 2026 11:55:00 GMT", NOON)
    behind = clock_finding(PROVIDER, "Tue, 22 Sep 2026 12:05:00 GMT", NOON)
    assert ahead is not None
    assert behind is not None
    assert "5m ahead of" in ahead.meaning
    assert "5m behind" in behind.meaning


@pytest.mark.parametrize("date", [None, "", "yesterday", "Tue, 99 Sep 2026 12:00:00 GMT"])
def test_a_date_that_says_nothing(date: str | None) -> None:
    assert clock_finding(PROVIDER, date, NOON) is None


@pytest.mark.parametrize(
    ("url", "api", "others"),
    [
        ("https://h/v1", "openai", ["https://h"]),
        ("https://h", "openai", ["https://h/v1"]),
        ("https://h/v1/chat/completions", "openai", ["https://h/v1", "https://h"]),
        ("https://h/v1/messages", "anthropic", ["https://h/v1"]),
        ("https://h/v1", "anthropic", []),
    ],
)
def test_what_a_base_url_may_have_been_meant_to_be(url: str, api: str, others: list[str]) -> None:
    assert [one.base_url for one in alternatives(provider(url, api=api))] == others


@pytest.mark.parametrize(
    ("proxy", "without"),
    [
        ("http://user:secret@proxy:3128", "http://proxy:3128"),
        ("https://proxy", "https://proxy"),
        ("http://u:p@[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_a_proxy_is_named_without_its_password(proxy: str, without: str) -> None:
    assert without_credentials(proxy) == without


@pytest.mark.parametrize(("late_ms", "told"), [(None, False), (0.2, False), (31.4, True)])
def test_a_busy_machine_is_told(late_ms: float | None, *, told: bool) -> None:
    target = Target(provider="p", model="m")
    replies = [sample(0, 100), dataclasses.replace(sample(0, 100), late_ms=late_ms)]
    found = machine_finding(target, replies)
    assert (found is not None) is told
    if found is not None:
        assert found.level == "warn"
        assert "31 ms after it arrived" in found.meaning
