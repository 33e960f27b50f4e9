from typing import Any

import pytest

from relaytop.monitor.summary import LastError, Status, Summary
from relaytop.monitor.why import why

LAST = LastError("timeout", 1.0, "no answer", None)


def summary(status: Status, **fields: Any) -> Summary:
    return Summary(target="p/m", provider="p", model="m", status=status, since=0.0, **fields)


@pytest.mark.parametrize(
    ("given", "word"),
    [
        (summary("up", last_error=LAST), None),
        (summary("unknown"), None),
        (summary("unknown", last_error=LAST), "timeout"),
        (summary("unknown", reason="cache"), "cache"),
        (summary("unknown", reason="unreachable"), "unreachable"),
        (summary("paused", reason="user"), "paused"),
        (summary("paused", reason="budget"), "budget"),
        (summary("down", last_error=LAST, errors={"auth": 9, "timeout": 1}), "timeout"),
        (summary("degraded", broken=("hanging", "recent")), "hanging"),
        (summary("degraded", broken=("p95",), errors={"timeout": 1}), "slow"),
        (summary("degraded", broken=("slower", "recent")), "slow"),
        (summary("degraded", broken=("error_rate",), errors={"auth": 3, "dns": 1}), "auth"),
        (summary("degraded", broken=("recent",), errors={"auth": 2, "dns": 2}), "errors"),
        (summary("degraded", broken=("recovering",), errors={"dns": 2}), "dns"),
        (summary("degraded", broken=("recovering",)), "slow"),
    ],
)
def test_one_word(given: Summary, word: str | None) -> None:
    assert why(given) == word
