"""A peer on an agent's socket that says odd things: it is hung up on, and nothing crashes."""

from __future__ import annotations

import asyncio
import json
import os
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.config.settings import Thresholds
from relaytop.config.steady_clock import STEADY
from relaytop.monitor.monitor import Monitor
from relaytop.protocol.codec import encode
from relaytop.protocol.messages import Finished, Notice, Pulse
from relaytop.store.document import snapshot_document
from relaytop.tui.draw.glyphs import UNICODE
from relaytop.tui.draw.panel import panel
from relaytop.watch.agent.agent_error import AgentError
from relaytop.watch.agent.client import AgentClient
from tests.support.samples import T0, TARGET, sample
from tests.watch.agent.peers import END, HELLO, NOW, SETTINGS, Peer, history, news, peer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from relaytop.config.settings import Settings

HISTORY = history()
NEWS = news()
DOCUMENTS = [json.loads(line) for line in HISTORY]
NESTED = b'{"":"Notice","level":"info","text":' + b"[" * 100_000 + b"]" * 100_000 + b"}\n"
ESCAPES = "\x1b]52;c;aGk=\x07\x1b[31mred\u202egnp\x9b2J\x00\u200b"


@pytest.fixture(scope="module")
def speaker() -> Iterator[Peer]:
    with peer() as found:
        yield found


@pytest.fixture(autouse=True)
def clock_as_it_was() -> Iterator[None]:
    before = STEADY.offset_s
    yield
    STEADY.offset_s = before


def connected(speaker: Peer, words: bytes, watched: Settings = SETTINGS) -> AgentClient:
    speaker.words = words
    client = AgentClient.connect(speaker.path, watched)
    assert client is not None
    client.poll_interval_s = 0.001
    return client


async def read_all(client: AgentClient, monitor: Monitor) -> None:
    async for reports in client.reports():
        for report in reports:
            monitor.apply(report, NOW)


def monitored(client: AgentClient) -> Monitor:
    """Return a monitor that has read all that the agent says."""
    monitor = Monitor(SETTINGS, T0)
    client.restore(monitor, NOW)
    asyncio.run(read_all(client, monitor))
    client.stop()
    return monitor


def look_at(monitor: Monitor) -> str:
    """Return all the text that a screen could show of it, after some more probes."""
    for at in range(121, 140):
        monitor.apply(Finished(sample(at, 150.0, ttft_ms=20.0)), T0 + at)
        monitor.apply(Pulse(T0 + at, 0, {}, {TARGET: at}), T0 + at)
    now = T0 + 140
    words = []
    for name in monitor.targets():
        summary, errors = monitor.summary(name, now), monitor.errors(name)
        lines = panel(summary, errors, Thresholds(), now, 60, 40, UNICODE, uncut=True)
        words += [run for line in lines for run, _role in line]
        monitor.bins(name, now - 60, 5.0, 12)
        monitor.confidence(name)
    monitor.overview(now)
    words += [event.text + (event.target or "") for event in monitor.events()]
    json.dumps(snapshot_document("live", monitor, SETTINGS, now, "here"), default=str)
    return "".join(words)


def changed(document: dict[str, Any], **fields: Any) -> bytes:
    return json.dumps({**document, **fields}).encode() + b"\n"


def in_history(kind: str, **fields: Any) -> bytes:
    """Return a history in which a message has other fields."""
    lines = [
        changed(d, **fields) if d[""] == kind else json.dumps(d).encode() + b"\n" for d in DOCUMENTS
    ]
    return b"".join(lines)


def with_facts(**facts: Any) -> bytes:
    document = next(d for d in DOCUMENTS if d[""] == "TargetHandover")
    return in_history("TargetHandover", facts={**document["facts"], **facts})


def with_status(**fields: Any) -> bytes:
    document = next(d for d in DOCUMENTS if d[""] == "TargetHandover")
    return with_facts(status={**document["facts"]["status"], **fields})


def with_ring(**fields: Any) -> bytes:
    document = next(d for d in DOCUMENTS if d[""] == "TargetHandover")
    return in_history("TargetHandover", ring={**document["ring"], **fields})


EVENT = {"at": T0, "kind": "notice", "level": "info", "target": None, "text": "x"}
GROUP = {
    "error_class": "auth",
    "pattern": "no",
    "count": 1,
    "first_at": T0,
    "last_at": T0,
    "message": "no",
}
BAD_HISTORIES = {
    "nothing": b"",
    "no message": b"no message\n",
    "no hello": b"".join(HISTORY[1:]),
    "no end": b"".join(HISTORY[:3]),
    "another version": in_history("Hello", relaytop="9.9.9"),
    "a version of escapes": in_history("Hello", relaytop=ESCAPES),
    "a pid of text": in_history("Hello", pid="4242"),
    "a pid below 0": in_history("Hello", pid=-1),
    "a clock that is no number": in_history("Hello", clock_offset_s=None),
    "a clock beyond bounds": in_history("Hello", clock_offset_s=1e300),
    "nan": in_history("Hello", clock_offset_s=float("nan")),
    "an unknown kind": HELLO + b'{"":"Unheard"}\n' + END,
    "no kind": HELLO + b"{}\n" + END,
    "a kind of a list": HELLO + b'{"":[]}\n' + END,
    "no object": HELLO + b"[1]\n" + END,
    "deep nesting": HELLO + NESTED + END,
    "an endless line": HELLO + b'{"":"Notice","text":"' + b"x" * 5_000_000,
    "no utf-8": HELLO + b'{"":"Notice","level":"info","text":"\xff"}\n' + END,
    "utf-16": (HELLO + END).decode().encode("utf-16"),
    "bad base64": with_ring(records="no base 64 at all!"),
    "base64 of half a sample": with_ring(records="AAAA"),
    "more samples than bytes": with_ring(count=10**12),
    "fewer samples than bytes": with_ring(count=3),
    "events of text": in_history("MonitorHandover", events="none"),
    "an event of another level": in_history("MonitorHandover", events=[{**EVENT, "level": "x"}]),
    "an event without a time": in_history("MonitorHandover", events=[{**EVENT, "at": "now"}]),
    "counts of text": in_history("MonitorHandover", counts={"skipped": "3"}),
    "no facts": in_history("TargetHandover", facts=None),
    "facts of a list": in_history("TargetHandover", facts=[]),
    "a target of a number": in_history("TargetHandover", target=7),
    "an unheard error": with_facts(
        errors=[{"error_class": "unheard", "at": T0, "message": "", "request_id": None}]
    ),
    "an error group of none": with_facts(error_groups=[{**GROUP, "count": 0}]),
    "too many error groups": with_facts(error_groups=[GROUP] * 100),
    "more skips kept than made": with_facts(skips_in_ring=10**6),
    "a huge integer": with_facts(total_requests=10**400),
    "an integer of 5,000 digits": b"".join(HISTORY).replace(b'"pid":4242', b'"pid":' + b"9" * 5000),
    "pairs of three": with_facts(served_names=[["m", 1, 2]]),
    "too many names": with_facts(served_names=[[f"m{i}", 1] for i in range(20)]),
    "an unheard status": with_status(of_probes="fine"),
    "an unheard rule": with_status(broken=["unheard"]),
    "a usual latency beyond a float": with_status(usual={"n": 100, "mean": -5000.0}),
    "a variance below 0": with_status(usual={"n": 100, "mean": 4.0, "variance": -1.0}),
    "rates of too few": with_status(recent={"rates": [0.5]}),
    "marks without logs": with_status(recent={"marks": [1, 1]}),
    "a sum below 0": with_status(cusum={"value": -1e9}),
}


@pytest.mark.parametrize("case", BAD_HISTORIES)
def test_a_bad_history_is_refused_with_a_line(speaker: Peer, case: str) -> None:
    before = STEADY.offset_s
    speaker.words = BAD_HISTORIES[case]
    with pytest.raises(AgentError) as caught:
        AgentClient.connect(speaker.path, SETTINGS)
    sentence = str(caught.value)
    assert sentence.startswith(f"the agent at {speaker.path} cannot be read: ")
    assert sentence.isprintable()
    assert len(sentence) < 300
    assert STEADY.offset_s == before  # nobody else's clock is taken for a half-read history


GOOD = b"".join(HISTORY)
BAD_NEWS = {
    "no message": b"no message\n",
    "an unknown kind": b'{"":"Unheard"}\n',
    "hello again": HELLO,
    "a missing field": b'{"":"Hold","target":"relay/m"}\n',
    "text for a number": changed(json.loads(NEWS[1]), at="now"),
    "nan": changed(json.loads(NEWS[1]), at=float("nan")),
    "infinity": changed(json.loads(NEWS[1]), at=float("inf")),
    "a huge number": changed(json.loads(NEWS[1]), in_flight=10**400),
    "a number beyond a float": b'{"":"Pulse","at":1e999,"in_flight":0}\n',
    "a boolean for a number": changed(json.loads(NEWS[1]), in_flight=True),
    "a list for a table": changed(json.loads(NEWS[1]), running=[1]),
    "a table of text": changed(json.loads(NEWS[1]), skipped={TARGET: "x"}),
    "null for a sample": b'{"":"Finished","sample":null}\n',
    "a sample of text": b'{"":"Finished","sample":"x"}\n',
    "a latency of text": changed(
        {"": "Finished"}, sample={**json.loads(NEWS[0])["sample"], "latency_ms": "x"}
    ),
    "a latency below 0": changed(
        {"": "Finished"}, sample={**json.loads(NEWS[0])["sample"], "latency_ms": -5.0}
    ),
    "an unheard error": changed(
        {"": "Finished"},
        sample={**json.loads(NEWS[0])["sample"], "failure": {"error_class": "unheard"}},
    ),
    "models of text": b'{"":"Models","provider":"relay","models":"abc"}\n',
    "prices of text": b'{"":"Prices","provider":"relay","prices":{"m":"x"}}\n',
    "deep nesting": NESTED,
    "an endless line": b"x" * 3_000_000,
    "zero bytes": b"\0" * 100 + b"\n",
}


@pytest.mark.parametrize("case", BAD_NEWS)
def test_bad_news_hang_up_with_a_line(speaker: Peer, case: str) -> None:
    """What came before is kept, and what would come after is not read."""
    after = encode(Notice("info", "after"))
    client = connected(speaker, GOOD + encode(Notice("info", "before")) + BAD_NEWS[case] + after)
    monitor = monitored(client)
    assert client.returncode == 0
    reason = client.exit_reason()
    assert reason.startswith("the agent (pid 4242) can no longer be read: ")
    assert reason.isprintable()
    assert len(reason) < 300
    told = look_at(monitor)
    assert "before" in told
    assert "after" not in told


@pytest.mark.parametrize("kind", ["Hello", "MonitorHandover", "TargetHandover", "Finished"])
def test_a_field_that_is_not_known_is_passed_over(speaker: Peer, kind: str) -> None:
    """As another checkout of the same version may send it."""
    monitor = monitored(connected(speaker, in_history(kind, novel={"a": [1]})))
    assert monitor.summary(TARGET, NOW).total.requests == 101


def test_escape_sequences_and_bidi_characters_are_taken_out(speaker: Peer) -> None:
    failed = sample(102, error="auth", message=f"a{ESCAPES}b")
    words = (
        in_history("MonitorHandover", events=[{**EVENT, "text": f"c{ESCAPES}d", "target": ESCAPES}])
        + encode(Finished(failed))
        + encode(Notice("info", f"e{ESCAPES}f"))
        + encode(Notice("info", "long " * 10_000))
    )
    client = connected(speaker, words)
    monitor = monitored(client)
    assert "has exited" in client.exit_reason()
    told = look_at(monitor)
    assert told.isprintable()
    assert "credgnpd" in told
    assert "eredgnpf" in told
    assert monitor.errors(TARGET)[0].message == "aredgnpb"
    assert max(len(event.text) for event in monitor.events()) <= 1000


def test_a_peer_that_sends_without_end_is_hung_up_on(
    speaker: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("relaytop.watch.agent.client.BEHIND_BYTES", 1_000_000)
    monkeypatch.setattr("relaytop.watch.agent.client.BUSY_INTERVAL_S", 0.01)
    client = connected(speaker, GOOD + NEWS[1] * 100_000)
    client.poll_interval_s = 0.05  # meanwhile the peer fills the socket
    monitored(client)
    assert client.exit_reason().endswith("it sends faster than it can be read")


def test_the_screen_gets_its_turn_while_a_peer_sends_much(
    speaker: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("relaytop.watch.agent.client.BUSY_INTERVAL_S", 0.0)
    client = connected(speaker, GOOD + NEWS[1] * 10_000)
    batches: list[int] = []
    turns: list[int] = []

    async def count_turns() -> None:
        while True:
            turns.append(len(batches))
            await asyncio.sleep(0)

    async def read() -> None:
        counting = asyncio.ensure_future(count_turns())
        async for reports in client.reports():
            size = len(reports)
            batches.append(size)
        counting.cancel()

    asyncio.run(read())
    assert {*range(3, len(batches))} <= {*turns}
    assert max(batches[1:]) < 1000  # the first is what came with the history


@pytest.mark.parametrize("words", [b"", HELLO, GOOD])
def test_a_peer_that_falls_silent_keeps_no_screen_waiting(
    speaker: Peer, monkeypatch: pytest.MonkeyPatch, words: bytes
) -> None:
    monkeypatch.setattr("relaytop.watch.agent.client.HISTORY_S", 0.1)
    monkeypatch.setattr(speaker, "holds", True)  # as one that was stopped
    speaker.words = words.partition(END)[0]
    with pytest.raises(AgentError, match="no answer in time"):
        AgentClient.connect(speaker.path, SETTINGS)


def test_what_is_no_socket_is_left_alone(tmp_path: Path) -> None:
    file, pipe, link = (tmp_path / name for name in ("file", "pipe", "link"))
    file.write_text("mine")
    os.mkfifo(pipe)
    link.symlink_to(file)
    for path in (file, pipe, link, tmp_path):
        assert AgentClient.connect(path, SETTINGS) is None
    assert file.read_text() == "mine"
    assert link.is_symlink()


# ── anything at any place ────────────────────────────────────────────────────

leaves = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([10**15, 10**16, -(10**15), 10**300, 2**63])
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from([ESCAPES, "x" * 5000, "up", "budget", "user", "0", "AAAA"])
)
values = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)


def places(document: Any, before: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the way to every value within a document."""
    items = document.items() if isinstance(document, dict) else enumerate(document)
    for key, value in items:
        yield (*before, key)
        if isinstance(value, dict | list):
            yield from places(value, (*before, key))


PLACES = [(number, place) for number, d in enumerate(DOCUMENTS) for place in places(d) if number]


@pytest.mark.fuzz
@given(
    st.lists(st.tuples(st.sampled_from(PLACES), values | st.just(...)), min_size=1, max_size=3),
    st.lists(st.binary(max_size=60), max_size=2),
)
def test_nothing_that_a_peer_says_crashes_a_monitor(
    speaker: Peer, changes: list[tuple[tuple[int, tuple[Any, ...]], Any]], noise: list[bytes]
) -> None:
    """A value anywhere in its messages is another, or missing; or a line is no message at all."""
    documents = json.loads(json.dumps(DOCUMENTS))
    for (number, place), value in changes:
        _change(documents[number], place, value)
    lines = [json.dumps(document).encode() + b"\n" for document in documents]
    speaker.words = b"".join([*lines, *noise])
    try:
        client = AgentClient.connect(speaker.path, SETTINGS)
    except AgentError as error:
        words = str(error)
    else:
        assert client is not None
        words = look_at(monitored(client)) + client.exit_reason()
    assert words.isprintable()


def _change(document: Any, place: tuple[Any, ...], value: Any) -> None:
    for key in place[:-1]:
        try:
            document = document[key]
        except (KeyError, IndexError, TypeError):
            return  # an earlier change took it away
    try:
        if value is ...:
            del document[place[-1]]
        else:
            document[place[-1]] = value
    except (KeyError, IndexError, TypeError):
        return
