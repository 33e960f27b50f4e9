"""Every format says the same of an alert, whatever texts are in it."""

import dataclasses
import json
import re

from hypothesis import given
from hypothesis import strategies as st

from relaytop.alerts.alert import Alert
from relaytop.alerts.formats.alertmanager import alertmanager_alerts
from relaytop.alerts.formats.document import alert_document
from relaytop.alerts.formats.sentence import sentence
from relaytop.alerts.formats.slack import MAX_TEXT, slack_message
from relaytop.alerts.formats.variables import alert_variables
from tests.support.alerts import FIRING, ONE, alert, resolved
from tests.support.samples import T0

HOST = "ops-1"


def test_one_line() -> None:
    assert sentence(FIRING) == "holysheep: 2 of 3 targets down (timeout)"
    assert sentence(ONE) == "holysheep/vendor/claude: down (timeout)"
    assert sentence(resolved()) == (
        "holysheep: 2 of 3 targets resolved after 12m (was down: timeout)"
    )
    assert sentence(resolved(ONE)) == (
        "holysheep/vendor/claude: resolved after 12m (was down: timeout)"
    )


def test_the_document_while_it_fires_and_at_its_end() -> None:
    document = alert_document(FIRING, HOST)
    assert document | {"relaytop": "x"} == {
        "schema": 1,
        "relaytop": "x",
        "host": "ops-1",
        "key": "holysheep",
        "state": "firing",
        "severity": "down",
        "why": "timeout",
        "provider": "holysheep",
        "targets": ["holysheep/gpt-4.1", "holysheep/vendor/claude"],
        "affected": 2,
        "of": 3,
        "text": "holysheep: 2 of 3 targets down (timeout)",
        "since": "2026-09-21T14:13:20.000Z",
        "fired_at": "2026-09-21T14:13:30.000Z",
        "message": "upstream <took> too long & gave up",
        "request_id": "req_1",
    }
    end = alert_document(resolved(), HOST)
    assert (end["state"], end["resolved_at"]) == ("resolved", "2026-09-21T14:25:20.000Z")
    assert end["duration_s"] == 720.0


def test_a_commands_variables() -> None:
    found = alert_variables(FIRING, HOST)
    assert found["RELAYTOP_ALERT_STATE"] == "firing"
    assert found["RELAYTOP_ALERT_SINCE"] == "2026-09-21T14:13:20.000Z"
    assert found["RELAYTOP_ALERT_TARGETS"].split() == list(FIRING.targets)
    assert found["RELAYTOP_ALERT_RESOLVED_AT"] == ""
    assert alert_variables(alert(message=None), HOST)["RELAYTOP_ALERT_MESSAGE"] == ""


def test_a_slack_message_escapes_what_slack_would_read() -> None:
    message = slack_message(alert(message="<!channel> & <https://x|y>"), HOST)
    text = message["blocks"][0]["text"]["text"]
    assert "> &lt;!channel&gt; &amp; &lt;https://x|y&gt;" in text
    assert message["text"] == ":rotating_light: holysheep: 2 of 3 targets down (timeout)"
    assert slack_message(resolved(), HOST)["text"].startswith(":white_check_mark:")


def test_a_slack_message_lists_a_few_names_and_counts_the_rest() -> None:
    many = alert(targets=tuple(f"p/{n}" for n in range(14)), of=20)
    assert "p/9 and 4 more" in slack_message(many, HOST)["blocks"][0]["text"]["text"]


def test_alertmanager_knows_it_by_labels_that_stay() -> None:
    (begun,) = alertmanager_alerts([FIRING], HOST, T0 + 20)
    assert begun["labels"] == {
        "alertname": "RelaytopProviderUnhealthy",
        "severity": "critical",
        "key": "holysheep",
        "provider": "holysheep",
        "instance": "ops-1",
    }
    assert begun["startsAt"] == "2026-09-21T14:13:20.000Z"
    assert begun["endsAt"] == "2026-09-21T14:17:40.000Z", "four minutes from now"
    (ended,) = alertmanager_alerts([resolved()], HOST, T0 + 800)
    assert ended["labels"] == begun["labels"]
    assert ended["endsAt"] == "2026-09-21T14:25:20.000Z"
    (single,) = alertmanager_alerts([ONE], HOST, T0)
    assert single["labels"]["alertname"] == "RelaytopTargetUnhealthy"
    assert single["labels"]["model"] == "vendor/claude"


texts = st.text(max_size=400) | st.sampled_from(["\x1b]0;x\x07", "&" * 300, "\u202e", "a\nb", ""])
any_alert = st.builds(
    Alert,
    key=texts,
    provider=texts,
    targets=st.lists(texts, max_size=120).map(tuple),
    of=st.integers(0, 200),
    state=st.sampled_from(["firing", "resolved"]),
    severity=st.sampled_from(["degraded", "down"]),
    why=texts,
    message=st.none() | texts,
    request_id=st.none() | texts,
    since=st.just(T0),
    fired_at=st.just(T0 + 1),
    resolved_at=st.none() | st.floats(T0, T0 + 1e6),
)


@given(any_alert)
def test_any_texts_make_documents_that_are_bounded_and_clean(given_alert: Alert) -> None:
    variables = alert_variables(given_alert, HOST)
    assert sum(map(len, variables.values())) < 64 * 1024
    control = re.compile(r"[\x00-\x1f\x7f-\x9f\u202e]")
    assert not any(control.search(text.replace("\n", "")) for text in variables.values())
    document = json.loads(json.dumps(alert_document(given_alert, HOST)))
    assert len(document["targets"]) <= 100
    posted = alertmanager_alerts([given_alert], HOST, T0 + 2, [given_alert])
    assert all(all(each["labels"].values()) for each in posted)
    assert all(each["startsAt"] <= each["endsAt"] for each in posted)


@given(any_alert)
def test_any_texts_make_a_slack_message_that_slack_takes(given_alert: Alert) -> None:
    message = slack_message(given_alert, HOST)
    for text in (message["text"], message["blocks"][0]["text"]["text"]):
        assert "<" not in text
        assert not re.search(r"&(?!amp;|lt;|gt;)", text)
    assert len(message["blocks"][0]["text"]["text"]) <= MAX_TEXT


def test_a_severity_that_was_raised_ends_the_alert_that_it_was() -> None:
    degraded = dataclasses.replace(FIRING, severity="degraded")
    ended, begun = alertmanager_alerts([FIRING], HOST, T0 + 60, [degraded])
    assert (ended["labels"]["severity"], ended["endsAt"]) == ("warning", "2026-09-21T14:14:20.000Z")
    assert begun["labels"]["severity"] == "critical"
