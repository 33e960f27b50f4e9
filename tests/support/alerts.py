"""Alerts for tests, with only what a test cares for spelt out."""

from __future__ import annotations

import dataclasses
from typing import Any

from relaytop.alerts.alert import Alert
from tests.support.samples import T0

FIRING = Alert(
    key="holysheep",
    provider="holysheep",
    targets=("holysheep/gpt-4.1", "holysheep/vendor/claude"),
    of=3,
    state="firing",
    severity="down",
    why="timeout",
    message="upstream <took> too long & gave up",
    request_id="req_1",
    since=T0,
    fired_at=T0 + 10,
)
ONE = dataclasses.replace(
    FIRING, key="holysheep/vendor/claude", targets=("holysheep/vendor/claude",), of=1
)


def alert(**fields: Any) -> Alert:
    return dataclasses.replace(FIRING, **fields)


def resolved(of: Alert = FIRING, after_s: float = 720.0) -> Alert:
    return dataclasses.replace(of, state="resolved", resolved_at=of.since + after_s)
