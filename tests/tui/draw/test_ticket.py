"""The texts that the copying keys take along."""

from __future__ import annotations

import dataclasses
from typing import Any

from relaytop.config.settings import Window
from relaytop.monitor.summary import Distribution, LastError, Status, Summary
from relaytop.tui.draw.ticket import one_line, ticket
from tests.support.samples import T0

KEY = "sk-abcdefgh12345678"


def summary(
    target: str, status: Status = "down", error: str | None = "timeout", **f: Any
) -> Summary:
    provider, _, model = target.partition("/")
    last = LastError(error, T0 + 65, f"no answer for {KEY}", "req_1") if error else None
    fields = {"since": T0 + 60, "last_error": last, **f}
    return Summary(target=target, provider=provider, model=model, status=status, **fields)


def test_a_ticket() -> None:
    latency = Distribution(n=20, p50=812.3, p95=2400.0)
    found = summary("holysheep/gpt-4.1", requests=120, ok=100, error_rate=1 / 6, latency=latency)
    first, figures, error, request_id, made = ticket(
        found, Window(), T0 + 780, "ops-1"
    ).splitlines()
    assert first == "holysheep/gpt-4.1: down since 2026-09-21 14:14:20 UTC (12m): timeout"
    assert figures == "P50 812 ms, P95 2400 ms, errors 16.7 % (20 of 120), last 10m"
    assert error == "last error: timeout at 2026-09-21 14:14:25 UTC: no answer for [key hidden]"
    assert request_id == "request id: req_1"
    assert made.startswith("relaytop ")
    assert made.endswith(" on ops-1, 2026-09-21 14:26:20 UTC")


def test_a_ticket_of_what_is_well_or_not_known_yet() -> None:
    well = ticket(summary("a/m", "up", None), Window(None, 100), T0 + 70, "h").splitlines()
    assert well[0] == "a/m: up since 2026-09-21 14:14:20 UTC (10s)"
    assert well[1] == "no finished probe, last 100 requests"
    assert len(well) == 3
    unknown = ticket(summary("a/m", "unknown", None), Window(), T0 + 70, "h")
    assert unknown.startswith("a/m: unknown\n")


def test_a_percentile_beyond_the_deadline() -> None:
    cut = Distribution(n=20, p50=812.3, censored=frozenset({"p95"}))
    assert "P50 812 ms, P95 >30s, last" in ticket(summary("a/m", latency=cut), Window(), T0, "h")


def test_what_a_server_says_stays_one_line_without_escapes() -> None:
    odd = LastError("auth", T0, "a\nb\x1b]52;c;eA==\x07", "r\n2")
    text = ticket(dataclasses.replace(summary("a/m"), last_error=odd), Window(), T0, "h\n")
    assert len(text.splitlines()) == 5
    assert "\x1b" not in text
    assert text.splitlines()[3] == "request id: r 2"


def test_one_line_for_all() -> None:
    limited = [summary(f"holysheep/m{n}", error="rate_limited") for n in range(2)]
    well = [summary(f"openrouter/m{n}", "up", None) for n in range(5)]
    slow = summary("openrouter/x", "degraded", None, broken=("p95",), since=T0 + 200)
    assert one_line([*limited, summary("openrouter/x", since=T0 + 120), *well]) == (
        "3 of 8 down since 14:14 UTC: holysheep/* rate_limited, openrouter/x timeout"
    )
    assert one_line([*limited, slow, *well]) == (
        "2 of 8 down since 14:14 UTC: holysheep/* rate_limited; "
        "1 of 8 degraded since 14:16 UTC: openrouter/x slow"
    )
    assert one_line(well) == "5 of 5 up"
    assert one_line([*well, summary("a/m", "paused", None)]) == "5 of 6 up; 1 paused"
    assert one_line([]) == "0 of 0 up"


def test_a_provider_of_several_causes_or_one_target_is_named_by_its_targets() -> None:
    mixed = [summary("a/m"), summary("a/n", error="auth"), summary("b/m")]
    assert one_line(mixed).endswith(": a/m timeout, a/n auth, b/m timeout")


def test_many_names_are_counted() -> None:
    many = [summary(f"p{n}/m") for n in range(12)]
    assert one_line(many).endswith("p7/m timeout and 4 more")
