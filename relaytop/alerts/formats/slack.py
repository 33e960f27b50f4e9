"""An alert as a message of Slack's incoming webhooks, which Mattermost and Rocket.Chat read too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from relaytop.alerts.formats.document import rfc3339
from relaytop.alerts.formats.sentence import sentence
from relaytop.wire.text import clean

if TYPE_CHECKING:
    from relaytop.alerts.alert import Alert

MAX_TARGETS = 10
"""Ids that a message lists."""
MAX_TEXT = 3000
"""Characters that Slack takes in one section."""
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
"""All that Slack asks to be escaped: links and mentions are written with these."""


def slack_message(alert: Alert, host: str) -> dict[str, Any]:
    """Return {"text": …, "blocks": […]}; the text is for notifications and older readers.

    Args:
        alert: As it is now.
        host: The name of the machine that probes.
    """
    sign = {"resolved": ":white_check_mark:", "firing": ":rotating_light:"}[alert.state]
    text = f"{sign} {_escaped(sentence(alert))}"
    lines = [text]
    if alert.of > 1:
        names = ", ".join(clean(target) for target in alert.targets[:MAX_TARGETS])
        more = len(alert.targets) - MAX_TARGETS
        lines.append(_escaped(names) + (f" and {more} more" if more > 0 else ""))
    if alert.message and alert.state == "firing":
        lines.append(f"> {_escaped(clean(alert.message))}")
    facts = f"since {rfc3339(alert.since)} · {_escaped(clean(host))}"
    if alert.request_id:
        facts += f" · request id {_escaped(clean(alert.request_id))}"
    return {
        "text": text,
        "blocks": [
            _section("\n".join(lines)),
            {"type": "context", "elements": [_markdown(facts)]},
        ],
    }


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": _markdown(text)}


def _markdown(text: str) -> dict[str, str]:
    return {"type": "mrkdwn", "text": _cut(text)}


def _cut(text: str) -> str:
    """Cut a text to what Slack takes, not within an escape."""
    if len(text) <= MAX_TEXT:
        return text
    text = text[: MAX_TEXT - 1]
    start = text.rfind("&")
    if start >= 0 and ";" not in text[start:]:
        text = text[:start]
    return text + "…"


def _escaped(text: str) -> str:
    return text.translate(_ESCAPES)
