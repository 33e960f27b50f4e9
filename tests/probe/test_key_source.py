"""A key that expires: its command is run again after a 401 and before the end."""

import asyncio
import base64
import dataclasses
import json
import os
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.config.errors import ConfigError
from relaytop.config.key_expiry import expires_at
from relaytop.config.settings import Provider, Secret, Target
from relaytop.probe.key_source import LONGEST_RETRY_S, RETRY_S, KeySource
from relaytop.probe.prober import Prober
from relaytop.wire.credit_systems import systems_for
from relaytop.wire.facts import Failure, ModelList
from tests.support.server import (
    Response,
    ScriptedServer,
    Seen,
    chat_stream,
    error_reply,
    models_reply,
)

OLD, NEW = "ya29.old-0123456789", "ya29.new-0123456789"


def token(exp: object) -> str:
    payload = base64.urlsafe_b64encode(json.dumps({"exp": exp}).encode()).decode().rstrip("=")
    return f"eyJhbGciOiJub25lIn0.{payload}.c2ln"


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


class Command:
    """Prints one key after another."""

    def __init__(self, *keys: str | None) -> None:
        self.keys = list(keys)
        self.runs = 0

    def __call__(self, provider: Provider) -> Secret:
        self.runs += 1
        key = self.keys.pop(0) if len(self.keys) > 1 else self.keys[0]
        if key is None:
            sentence = f"{provider.name}: the command failed"
            raise ConfigError(sentence)
        return Secret(key)


def source(
    command: Command, clock: Clock, key: str = OLD, lifetime_s: float | None = None
) -> KeySource:
    provider = Provider(
        name="p",
        base_url="http://127.0.0.1:9",
        key=Secret(key),
        key_command=("print-token",),
        api_key_lifetime_s=lifetime_s,
    )
    return KeySource(provider, run=command, wall=clock)


async def renewed(keys: KeySource) -> list[tuple[str, bool]]:
    keys.renew_if_due()
    for _ in range(200):
        await asyncio.sleep(0.005)
        if found := keys.drain_notices():
            return [(notice.level, notice.renewed) for notice in found]
    return []


async def test_a_key_that_works_is_kept() -> None:
    clock, command = Clock(), Command(NEW)
    keys = source(command, clock)
    keys.renew_if_due()
    clock.now += 1e6
    keys.renew_if_due()
    assert command.runs == 0


async def test_after_a_refusal_another_key_is_used_and_both_stay_secret() -> None:
    keys = source(Command(NEW), Clock())
    keys.record_refusal(Secret(OLD))
    assert await renewed(keys) == [("info", True)]
    assert keys.provider.key == Secret(NEW)
    assert {OLD, NEW} <= set(keys.secrets)


async def test_a_refusal_of_the_key_before_is_no_news() -> None:
    command = Command(NEW)
    keys = source(command, Clock())
    keys.record_refusal(Secret("ya29.older"))
    keys.renew_if_due()
    assert command.runs == 0


async def test_a_command_that_does_not_help_is_run_less_and_less() -> None:
    clock, command = Clock(), Command(OLD)
    keys = source(command, clock)
    keys.record_refusal(Secret(OLD))
    assert await renewed(keys) == [("warning", False)]
    waits = []
    for _ in range(7):
        start = clock.now
        while not await_due(keys, clock, command):
            clock.now += 1.0
        await renewed(keys)
        waits.append(clock.now - start)
    assert waits[0] == RETRY_S
    assert waits[-1] == LONGEST_RETRY_S
    assert waits == sorted(waits)


def await_due(keys: KeySource, clock: Clock, command: Command) -> bool:
    before = command.runs
    keys.renew_if_due()
    del clock
    return keys._renewing is not None or command.runs > before


async def test_a_key_that_has_expired_and_works_all_the_same_is_asked_for_less_and_less() -> None:
    clock, command = Clock(), Command(token(999))
    keys = source(command, clock, key=token(999))
    for _ in range(4000):
        keys.renew_if_due()
        await asyncio.sleep(0)
        if keys._renewing is not None:
            await keys._renewing
        keys.record_success()
        clock.now += 1.0
    assert command.runs <= 12
    assert keys.drain_notices() == []


async def test_a_command_that_fails_is_told_and_the_key_stays() -> None:
    keys = source(Command(None), Clock())
    keys.record_refusal(Secret(OLD))
    assert await renewed(keys) == [("warning", False)]
    assert keys.provider.key == Secret(OLD)


async def test_it_is_renewed_before_it_expires() -> None:
    clock = Clock()
    by_token = source(Command(NEW), clock, key=token(2000))
    by_config = source(Command(NEW), clock, lifetime_s=1000.0)
    for keys in (by_token, by_config):
        clock.now = 1900.0
        keys.renew_if_due()
        assert keys._renewing is None
        clock.now = 1950.0
        assert await renewed(keys) == [("info", True)]
        assert keys.provider.key == Secret(NEW)
        clock.now = 1000.0


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (token(2000), 2000.0),
        (token(2000.5), 2000.5),
        (token("2000"), None),
        (token(True), None),  # noqa: FBT003
        (token(-1), None),
        (token(1e12), None),
        ("sk-0123456789", None),
        ("a.b.c", None),
        ("..", None),
    ],
)
def test_the_end_that_a_token_tells(key: str, expected: float | None) -> None:
    assert expires_at(key) == expected


@given(st.text(max_size=200))
def test_any_key_tells_an_end_or_none(key: str) -> None:
    found = expires_at(key)
    assert found is None or found > 0


def _renewable(server: ScriptedServer) -> Provider:
    """A provider at the server, whose command prints another key than it has."""
    return Provider(
        name="p",
        base_url=server.base_url,
        key=Secret(OLD),
        key_command=("sh", "-c", f"echo {NEW}"),
    )


@pytest.mark.parametrize(
    ("status", "message"), [(401, "expired"), (400, "Incorrect API key provided")]
)
async def test_a_prober_goes_on_with_the_new_key(status: int, message: str) -> None:
    accepted = {NEW}

    def answer(seen: Seen) -> Response:
        key = seen.headers["authorization"].removeprefix("Bearer ")
        return chat_stream(2) if key in accepted else error_reply(status, f"{message}: {key}")

    with ScriptedServer(answer) as server:
        prober = Prober(_renewable(server))
        target = Target(provider="p", model="m")
        first = await prober.probe(target, 0.0)
        assert await prober.wait_for_key()
        notices = prober.drain_key_notices()
        second = await prober.probe(target, 0.0)
        await prober.aclose()
    assert first.failure is not None
    assert first.failure.error_class == "auth"
    assert OLD not in first.failure.message
    assert [notice.renewed for notice in notices] == [True]
    assert second.ok


async def test_headers_stay_secret_however_often_the_key_is_renewed() -> None:
    clock = Clock()
    provider = Provider(
        name="p",
        base_url="http://127.0.0.1:9",
        key=Secret(OLD),
        key_command=("print-token",),
        headers={"X-Token": "header-secret"},
    )
    names = [f"ya29.number-{number:04}" for number in range(60)]
    keys = KeySource(provider, run=Command(*names), wall=clock)
    for _ in names:
        keys.record_refusal(keys.provider.key)
        assert await renewed(keys) == [("info", True)]
        clock.now += LONGEST_RETRY_S
    assert {"header-secret", names[-1], names[-2]} <= set(keys.secrets)
    assert OLD not in keys.secrets


async def test_a_short_life_is_no_reason_to_send_a_key_that_has_expired() -> None:
    clock, command = Clock(), Command(*(f"ya29.{number:09}" for number in range(9)))
    keys = source(command, clock, lifetime_s=8.0)
    for run in range(5):
        keys.renew_if_due()
        assert command.runs == run
        clock.now += 5.0
        keys.renew_if_due()
        assert command.runs == run
        clock.now += 1.5
        assert await renewed(keys) == [("info", True)]


async def test_keys_that_are_all_refused_are_not_asked_for_without_a_pause() -> None:
    clock, command = Clock(), Command(*(f"ya29.{number:09}" for number in range(9)))
    keys = source(command, clock, lifetime_s=8.0)
    keys.record_refusal(keys.provider.key)
    assert await renewed(keys) == [("info", True)]
    keys.record_refusal(keys.provider.key)
    clock.now += 7.5
    keys.renew_if_due()
    assert command.runs == 1
    clock.now += RETRY_S
    assert await renewed(keys) == [("info", True)]


async def test_a_command_that_runs_is_ended_with_the_prober(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    told = f"echo $$ > {pid_file}.new; mv {pid_file}.new {pid_file}"
    provider = Provider(
        name="p",
        base_url="http://127.0.0.1:9",
        key=Secret(OLD),
        key_command=("/bin/sh", "-c", f"{told}; exec sleep 600"),
        key_environ={"PATH": os.environ["PATH"]},
    )
    with ScriptedServer(lambda _seen: error_reply(401, "expired")) as server:
        prober = Prober(dataclasses.replace(provider, base_url=server.base_url))
        await prober.probe(Target(provider="p", model="m"), 0.0)
        await until(pid_file.exists)
        pid = int(pid_file.read_text())
        await prober.aclose()
    assert await until(lambda: not psutil.pid_exists(pid))


async def test_a_list_of_models_that_is_refused_asks_for_a_key_too() -> None:
    def answer(seen: Seen) -> Response:
        return models_reply(["m"]) if NEW in seen.headers["authorization"] else error_reply(401)

    with ScriptedServer(answer) as server:
        prober = Prober(_renewable(server))
        assert isinstance(await prober.list_models(), Failure)
        assert await prober.wait_for_key()
        assert await prober.list_models() == ModelList(("m",))
        await prober.aclose()


async def until(seen: Callable[[], bool]) -> bool:
    """Return what is seen as soon as it is something."""
    for _ in range(3000):
        if seen():
            break
        await asyncio.sleep(0.01)
    return seen()


@pytest.mark.parametrize("question", ["models", "credit"])
async def test_a_key_that_expires_is_renewed_where_nothing_is_probed(question: str) -> None:
    clock = Clock()
    with ScriptedServer(lambda _: error_reply(404, "no such page")) as server:
        provider = Provider(
            name="p",
            base_url=server.base_url,
            key=Secret(OLD),
            key_command=("print-token",),
            api_key_lifetime_s=3600.0,
        )
        prober = Prober(provider, keys=KeySource(provider, run=Command(NEW), wall=clock))
        clock.now += 3600.0

        async def ask() -> None:
            if question == "models":
                await prober.list_models()
            else:
                await prober.request_credit(systems_for(provider)[:1])

        await ask()
        await until(lambda: bool(prober.drain_key_notices()))
        await ask()
        await prober.aclose()
        used = [seen.headers["authorization"] for seen in server.requests]
    assert used[-1] == f"Bearer {NEW}"
