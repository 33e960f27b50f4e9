"""A peer on an agent's socket that says what is just within bounds: every page draws it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from relaytop.config.steady_clock import STEADY
from relaytop.watch.agent.client import AgentClient
from relaytop.watch.session import Session
from tests.support.fake_engine import FakeClock, FakeEngine
from tests.support.samples import T0, TARGET
from tests.tui.pilots import picture, running, settled
from tests.watch.agent.peers import NOW, SETTINGS, Peer, history, news, peer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HISTORY = [json.loads(line) for line in history()]
SAMPLE = json.loads(news()[0])["sample"]
LOWEST, HIGHEST, MOST = -65_000.0, 1e11, 10**15
WIDE = "模型\U0001f600e\u0301" * 60
KEYS = ("j", "z", "l", "escape", "e", "escape", "c", "escape", "question_mark", "escape", "w")


def line(kind: str, **fields: Any) -> dict[str, Any]:
    return {"": kind, **fields}


def finished(**fields: Any) -> dict[str, Any]:
    return line("Finished", sample={**SAMPLE, **fields})


def price(usd: float) -> dict[str, float]:
    return dict.fromkeys(("input", "output", "cached_input", "cache_write", "request"), usd)


def times(value_ms: float) -> dict[str, Any]:
    names = ("latency_ms", "ttft_ms", "ttft_slack_ms", "gap_ms", "gap_p50_ms", "late_ms")
    more = ("server_ms", "relay_ms")
    phases = ("dns_ms", "connect_ms", "tls_ms", "wait_ms", "transfer_ms")
    return finished(
        **dict.fromkeys((*names, *more), value_ms),
        phases=dict.fromkeys(phases, value_ms),
        tok_s=value_ms,
        clock="kernel",
    )


def limit(most: int, left: int, reset_s: float) -> dict[str, Any]:
    figures = {"limit": most, "remaining": left, "reset_s": reset_s}
    kinds = ("requests", "tokens", "input_tokens", "output_tokens")
    return finished(rate_limit=dict.fromkeys(kinds, figures), retry_after_s=reset_s)


def failed(message: str) -> dict[str, Any]:
    failure = {"error_class": "auth", "message": message}
    return finished(failure=failure, http_status=MOST, request_id=message)


NEWS: dict[str, list[dict[str, Any]]] = {
    "skips": [line("Pulse", at=T0, in_flight=MOST, skipped={TARGET: MOST}, paced={TARGET: MOST})],
    "hangs": [line("Pulse", at=HIGHEST, in_flight=0, running={TARGET: LOWEST}, dropped=MOST)],
    "hangs in the future": [line("Pulse", at=LOWEST, in_flight=0, running={TARGET: HIGHEST})],
    "long times": [times(HIGHEST)] * 20,
    "no times": [times(0.0)] * 20,
    "late samples": [finished(ended_at=HIGHEST, sent_at=LOWEST, due_at=LOWEST)] * 5,
    "early samples": [finished(ended_at=LOWEST, sent_at=HIGHEST, due_at=HIGHEST)] * 5,
    "tokens": [
        finished(
            usage={"input_tokens": MOST, "output_tokens": MOST}, cost_usd=HIGHEST, tok_s=LOWEST
        )
    ],
    "limits": [limit(0, MOST, LOWEST), limit(MOST, 0, HIGHEST), limit(0, 0, 0.0)],
    "a limit that is over": [limit(1, MOST, LOWEST)],
    "failures": [failed(WIDE)] * 30,
    "served by many": [
        finished(served={"model": f"m{i}{WIDE}", "retries": MOST, "fallbacks": MOST})
        for i in range(30)
    ],
    "from a cache": [finished(cached=WIDE)] * 10,
    "holds": [line("Hold", target=TARGET, until=HIGHEST, reason=WIDE, asked=True)],
    "a hold of long ago": [line("Hold", target=TARGET, until=LOWEST, reason="", asked=False)],
    "a budget": [line("Budget", spent_usd=HIGHEST, budget_usd=0.0, state="unheard")],
    "another budget": [line("Budget", spent_usd=0.0, budget_usd=HIGHEST, state="reached")],
    "prices": [line("Prices", provider="relay", prices={"m": price(HIGHEST), "n": price(0.0)})],
    "prices below 0": [line("Prices", provider="relay", prices={"m": price(LOWEST)})],
    "prices of nobody": [line("Prices", provider=WIDE, prices={WIDE: price(1.0)})],
    "models": [line("Models", provider="relay", models=[f"m{i}" for i in range(10_000)])],
    "notices": [line("Notice", level="unheard", text=WIDE), line("Notice", level="", text="")]
    * 300,
    "another engine": [line("Ready", pid=MOST)],
    "targets of nobody": [
        finished(target=WIDE),
        line("Hold", target="", until=0, reason="x", asked=True),
        line("Pulse", at=T0, in_flight=0, running={"": 1.0}, skipped={WIDE: 1}),
    ],
}
EVENT = {"at": HIGHEST, "kind": "status", "level": "good", "target": WIDE, "text": WIDE}
OLD_EVENT = {**EVENT, "at": LOWEST, "times": MOST, "first_at": LOWEST, "subject": "up"}
PASTS: dict[str, dict[str, Any]] = {
    "an old event log": line("MonitorHandover", events=[EVENT, OLD_EVENT] * 300, busy_ms=HIGHEST),
    "counts": line(
        "MonitorHandover",
        counts=dict.fromkeys(("skipped", "in_flight", "dropped"), MOST),
        began_at=HIGHEST,
        steady_since=LOWEST,
    ),
}
FACTS: dict[str, dict[str, Any]] = {
    "moments of long ago": dict.fromkeys(
        ("last_at", "running_since", "hold_until", "rate_limit_at"), LOWEST
    ),
    "moments to come": dict.fromkeys(
        ("last_at", "running_since", "hold_until", "rate_limit_at"), HIGHEST
    ),
    "many of all": {
        **dict.fromkeys(("skips_total", "paced_total", "total_requests", "total_cached"), MOST),
        "total_cost_usd": HIGHEST,
        "judged_from": MOST,
        "paced": [[NOW, MOST]] * 50,
        "hold_reason": WIDE,
        "price_source": WIDE,
        "cache_sign": WIDE,
    },
    "paused": {"status": {"since": LOWEST, "paused": True, "reason": None, "paused_at": HIGHEST}},
    "down for ever": {
        "status": {
            "since": HIGHEST,
            "of_probes": "down",
            "failures": MOST,
            "broken": ["p95", "gap"],
            "incident": dict.fromkeys(("probes", "bad", "failed", "good", "quiet"), MOST),
            "usual": {
                "n": MOST,
                "mean": 99.0,
                "variance": 99.0,
                "covariance": -99.0,
                "last": -99.0,
            },
            "recent": {"marks": [15] * 10, "logs": [-99.0] * 10, "n": MOST, "rates": [1, 1, 1]},
            "cusum": {"value": 999.0, "alarmed": True, "alarmed_at": LOWEST},
            "last_at": LOWEST,
        }
    },
}
GROUPS = {
    "moments": ("hangs", "late samples", "early samples", "holds", "a hold of long ago"),
    "times": ("hangs in the future", "long times", "no times", "another engine"),
    "counts": ("skips", "tokens", "limits", "a limit that is over"),
    "words": ("failures", "served by many", "from a cache", "notices", "targets of nobody"),
    "money": ("a budget", "prices", "prices of nobody", "models"),
    "money below 0": ("another budget", "prices below 0"),
}
CASES: dict[str, list[dict[str, Any]]] = {
    **{
        group: [*HISTORY, *(each for name in names for each in NEWS[name])]
        for group, names in GROUPS.items()
    },
    **{
        name: [{**each, **past} if each[""] == past[""] else each for each in HISTORY]
        for name, past in PASTS.items()
    },
    **{
        name: [
            {**each, "facts": {**each["facts"], **facts}} if each[""] == "TargetHandover" else each
            for each in HISTORY
        ]
        for name, facts in FACTS.items()
    },
    **{
        f"rings of {at}": [
            {**each, "ring": {**each["ring"], "began_at": at}} if "ring" in each else each
            for each in HISTORY
        ]
        for at in (LOWEST, HIGHEST)
    },
}


@pytest.fixture(scope="module")
def speaker() -> Iterator[Peer]:
    with peer() as found:
        yield found


@pytest.fixture(autouse=True)
def clock_as_it_was() -> Iterator[None]:
    before = STEADY.offset_s
    yield
    STEADY.offset_s = before


@pytest.mark.parametrize("case", CASES)
async def test_every_page_draws_it(speaker: Peer, tmp_path: Path, case: str) -> None:
    speaker.words = b"".join(json.dumps(each).encode() + b"\n" for each in CASES[case])
    client = AgentClient.connect(speaker.path, SETTINGS)
    assert client is not None
    client.poll_interval_s = 0.01
    clock = FakeClock()
    clock.now = NOW
    session = Session(SETTINGS, client, restart=FakeEngine, snapshots=tmp_path, clock=clock)
    client.restore(session.monitor, NOW)
    async with running(session) as pilot:
        while session.dead is None:
            await pilot.pause(0.01)
        for key in KEYS:
            await pilot.press(key)
            await settled(pilot)
            assert picture(pilot)
        session.save(session.document())
    assert "has exited" in (session.dead or "")
    client.stop()
