"""A session without an engine process: the test itself says what the engine reports."""

from __future__ import annotations

import asyncio
import dataclasses
import functools
from typing import TYPE_CHECKING

from relaytop.protocol.messages import Budget, Command, Finished, Hold, Pulse, Report, Start
from relaytop.tui.app import RelaytopApp
from relaytop.tui.draw.glyphs import UNICODE, Glyphs
from relaytop.watch.session import Session
from relaytop.wire.facts import NOT_DECLARED, Limit, RateLimit, Served
from tests.support.samples import T0, sample, settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from relaytop.config.settings import Settings

NAMES = (
    "holysheep/gpt-4.1",
    "holysheep/claude-sonnet-4.5",
    "holysheep/gemini-2.5-flash",
    "holysheep/deepseek-v3.2",
    "direct/openai/gpt-4.1",
    "direct/anthropic/claude-sonnet-4.5",
)
NOW = T0 + 300


class FakeClock:
    """Stands where it is put."""

    def __init__(self) -> None:
        self.now = T0

    def __call__(self) -> float:
        return self.now


class FakeEngine:
    """Takes commands and reports what it was given."""

    accepts_commands = True

    def __init__(self) -> None:
        self.poll_interval_s = 0.2
        self.commands: list[Command] = []
        self.queue: asyncio.Queue[list[Report] | None] = asyncio.Queue()
        self.returncode: int | None = None

    def start(self, settings: Settings) -> None:
        self.commands.append(Start(settings))

    def send(self, command: Command) -> bool:
        self.commands.append(command)
        return True

    async def reports(self) -> AsyncIterator[list[Report]]:
        while (batch := await self.queue.get()) is not None:
            yield batch
        self.returncode = -9

    def unread(self) -> list[Report]:
        return []

    def exit_reason(self) -> str:
        return ""

    def stop(self, timeout_s: float = 1.0) -> None:
        del timeout_s


def session_of(folder: Path, *names: str, watched: Settings | None = None) -> Session:
    return Session(
        watched or settings(*(names or NAMES)),
        FakeEngine(),
        restart=FakeEngine,
        snapshots=folder,
        clock=FakeClock(),
    )


def app_of(session: Session, marks: Glyphs = UNICODE) -> RelaytopApp:
    return RelaytopApp(session, marks)


def engine_of(session: Session) -> FakeEngine:
    engine = session.engine
    assert isinstance(engine, FakeEngine)
    return engine


@functools.cache
def incident() -> list[tuple[float, Report]]:
    """Five minutes in which one target slows down, one is limited and one provider goes down."""
    limits = RateLimit(Limit(60, 9, 42.0), Limit(100_000, 99_000, 42.0))
    reports: list[tuple[float, Report]] = []
    for step in range(60):
        at = step * 5.0
        if step == 20:
            reports.append((T0 + at, Pulse(T0 + at, 2, skipped={NAMES[3]: 2})))
        for index, name in enumerate(NAMES):
            latency = 180.0 + 70 * index + (step * 37 + index * 11) % 60
            error, message = None, "no"
            if index == 1 and step > 30 and step % 4 == 0:
                latency *= 9
            if index == 2 and step > 50:
                error, message = "rate_limited", "Rate limit reached for requests"
            if index >= 4 and step > 45:
                error, message = "connect", "Connection refused"
            made = sample(
                at,
                latency,
                target=name,
                error=error,
                message=message,
                ttft_ms=None if error else latency * 0.6,
                tokens=None if error else (9, 16),
                cost_usd=None if error else 0.0001,
                rate_limit=limits if index < 4 and not error else None,
            )
            if error is None:
                made = dataclasses.replace(made, tok_s=37_500 / latency)
            reports.append((T0 + at, Finished(made)))
    reports.append((NOW - 4, Hold(NAMES[2], NOW + 8, "rate_limited", asked=True)))
    reports.append((NOW - 1, Pulse(NOW - 1, 2, {NAMES[3]: NOW - 12}, {NAMES[3]: 2})))
    reports.append((NOW - 1, Budget(0.4123, 1.0, "ok")))
    return reports


def replies_from_elsewhere() -> list[tuple[float, Report]]:
    """Five minutes on a busy box: a cache answers for two targets, another model for two."""
    mini = Served("gpt-4.1-mini", "fp_44709d6fcb", "Azure", "east-2", retries=2, fallbacks=1)
    served = [mini, Served("claude-sonnet-4.5-20250929"), NOT_DECLARED, Served("deepseek-v3.2")]
    reports: list[tuple[float, Report]] = []
    for step in range(60):
        at = step * 5.0
        for index, name in enumerate(NAMES):
            latency = 180.0 + 70 * index + (step * 37 + index * 11) % 60
            cached = index == 4 or (index == 0 and step > 30 and step % 3 == 0)
            made = sample(
                at,
                3.0 if cached else latency,
                target=name,
                ttft_ms=latency * 0.6,
                tokens=(9, 16),
                cost_usd=0.0001,
            )
            marked = dataclasses.replace(
                made,
                cached="x-litellm-cache-hit: True" if cached else None,
                served=served[index % 4],
                ttft_slack_ms=40.0 if step % 4 == 0 else None,
                gap_ms=45.0 + 1500 * (index == 3) * (step % 9 == 0),
                late_ms=2.0 + 30 * (step % 9 == 0),
                clock="kernel",
            )
            reports.append((T0 + at, Finished(marked)))
    return reports


def feed(session: Session, reports: list[tuple[float, Report]] | None = None) -> Session:
    for at, report in incident() if reports is None else reports:
        session.monitor.apply(report, at)
    clock = session.clock
    assert isinstance(clock, FakeClock)
    clock.now = NOW
    return session
