"""Each way in which llmock refuses, with what should come of it."""

from dataclasses import dataclass
from typing import Any

QUOTA = "You exceeded your current quota, please check your plan and billing details."
EMPTY = "Your credit balance is too low to access the Anthropic API."


@dataclass(frozen=True)
class Refusal:
    """One way.

    Args:
        behaviour: What llmock does, in its own keys.
        error_class: Of the sample.
        wait_s: What the reply says of waiting; llmock says a second of its own accord.
    """

    behaviour: dict[str, Any]
    error_class: str
    wait_s: float | None = None


REFUSALS = {
    "bad": Refusal({"status": 400}, "bad_request"),
    "empty": Refusal({"status": 400, "message": EMPTY}, "credit"),
    "key": Refusal({"status": 401}, "auth"),
    "unpaid": Refusal({"status": 402}, "credit"),
    "forbidden": Refusal({"status": 403}, "permission"),
    "gone": Refusal({"status": 404}, "not_found"),
    "large": Refusal({"status": 413}, "bad_request"),
    "fast": Refusal({"status": 429, "retry_after": 7.5}, "rate_limited", 7.5),
    "faster": Refusal({"status": 429, "retry_after": 0.25}, "rate_limited", 0.25),
    "quota": Refusal(
        {"status": 429, "code": "insufficient_quota", "message": QUOTA, "retry_after": 2},
        "credit",
        2.0,
    ),
    "broken": Refusal({"status": 500}, "server_error"),
    "gateway": Refusal({"status": 502}, "gateway"),
    "busy": Refusal({"status": 503, "retry_after": 3}, "overloaded", 3.0),
    "late": Refusal({"status": 504}, "gateway", 1.0),
    "overloaded": Refusal({"status": 529, "retry_after": 60}, "overloaded", 60.0),
}
"""Model → how it refuses."""

ALL = {model: {"type": "fail", **refusal.behaviour} for model, refusal in REFUSALS.items()}
"""All of them, as `Llmock.set_behaviours` expects them."""
