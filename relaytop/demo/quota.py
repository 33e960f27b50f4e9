"""A provider's rate limits: counted by the minute, sent in its own style of headers."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from relaytop.demo.scenario import DemoProvider

MINUTE_S = 60.0


class Quota:
    """Counts requests and tokens of one provider in fixed minutes.

    Args:
        provider: The provider, with its limits.
    """

    def __init__(self, provider: DemoProvider) -> None:
        self._provider = provider
        self._minute = 0
        self._requests = 0
        self._tokens = 0

    def consume(self, now_s: float, tokens: int) -> bool:
        """Consume one request and its tokens; return False where the minute's limit is used up.

        Args:
            now_s: Seconds since the relay began.
            tokens: Prompt and completion together.
        """
        minute = int(now_s // MINUTE_S)
        if minute != self._minute:
            self._minute, self._requests, self._tokens = minute, 0, 0
        provider = self._provider
        if (
            self._requests >= provider.requests_per_minute
            or self._tokens + tokens > provider.tokens_per_minute
        ):
            return False
        self._requests += 1
        self._tokens += tokens
        return True

    def headers(self, now_s: float) -> dict[str, str]:
        """Return the rate-limit headers of a reply that is sent now."""
        return self._headers(
            self._provider.requests_per_minute - self._requests,
            self._provider.tokens_per_minute - self._tokens,
            self.reset_s(now_s),
        )

    def refusal_headers(self, wait_s: float) -> dict[str, str]:
        """Return the headers of a 429 that asks to wait `wait_s` seconds."""
        rounded_s = max(1, round(wait_s))
        headers = self._headers(0, self._provider.tokens_per_minute - self._tokens, rounded_s)
        return headers | {"retry-after": str(rounded_s)}

    def reset_s(self, now_s: float) -> float:
        """Return the seconds until the next minute begins."""
        return MINUTE_S - now_s % MINUTE_S

    def _headers(self, requests: int, tokens: int, reset_s: float) -> dict[str, str]:
        provider = self._provider
        if provider.limit_style == "ietf":
            return {
                "ratelimit-policy": f'"minute";q={provider.requests_per_minute};w={MINUTE_S:.0f}',
                "ratelimit": f'"minute";r={requests};t={reset_s:.0f}',
            }
        return {
            "x-ratelimit-limit-requests": str(provider.requests_per_minute),
            "x-ratelimit-remaining-requests": str(requests),
            "x-ratelimit-reset-requests": f"{reset_s:.3f}s",
            "x-ratelimit-limit-tokens": str(provider.tokens_per_minute),
            "x-ratelimit-remaining-tokens": str(tokens),
            "x-ratelimit-reset-tokens": f"{reset_s:.3f}s",
        }
