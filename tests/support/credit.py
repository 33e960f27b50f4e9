"""Servers that tell what is left, each as one of the known systems does; ids are replaced."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.support.server import Response, chat_stream, error_reply, json_reply, models_reply

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.support.server import Seen

PAGES: dict[str, dict[str, Any]] = {
    "openrouter": {
        "/v1/key": {"data": {"limit": 20, "limit_remaining": 14.5, "usage": 5.5}},
        "/v1/credits": {"data": {"total_credits": 100.5, "total_usage": 88.2}},
    },
    "deepseek": {
        "/user/balance": {
            "is_available": True,
            "balance_infos": [{"currency": "CNY", "total_balance": "12.30"}],
        }
    },
    "siliconflow": {"/v1/user/info": {"code": 20000, "data": {"totalBalance": "12.30"}}},
    "moonshot": {"/v1/users/me/balance": {"code": 0, "data": {"available_balance": 12.3}}},
    "new-api": {
        "/v1/dashboard/billing/subscription": {"hard_limit_usd": 25.0},
        "/v1/dashboard/billing/usage": {"object": "list", "total_usage": 1270},
    },
    "litellm": {"/key/info": {"key": "k", "info": {"spend": 7.7, "max_budget": 20.0}}},
}
"""System → path → what it answers: 12.30 are left at each."""


def telling(pages: Mapping[str, Any], key: str | None = None) -> Callable[[Seen], Response]:
    """Return a relay that has these pages beside its models and replies.

    Args:
        pages: Path → the document.
        key: The only key that it accepts; None: any.
    """

    def answer(seen: Seen) -> Response:
        if key is not None and seen.headers.get("authorization") != f"Bearer {key}":
            return error_reply(401, "no such key")
        path = seen.path.partition("?")[0]
        if path in pages:
            return json_reply(pages[path])
        if path.endswith("/models"):
            return models_reply(["m"])
        if seen.method == "POST" and path.endswith("/chat/completions"):
            return chat_stream(2)
        return error_reply(404, "no such page")

    return answer
