"""Whatever bytes are read from, the answer is a value or a sentence: no traceback, no hang.

A bounded number of examples in every run; `pytest tests/hostile/test_fuzz.py --fuzz 20000` takes as
many of each.
"""

from __future__ import annotations

import contextlib
import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.config.errors import RelaytopError
from relaytop.config.flags import Flags
from relaytop.config.load import load_settings
from relaytop.config.template import TEMPLATE
from relaytop.monitor.monitor import Monitor
from relaytop.protocol.codec import BadMessageError, decode_command, decode_report, encode
from relaytop.protocol.messages import Budget, Finished, Hold, Notice, Pulse
from relaytop.report.difference import DifferenceReport
from relaytop.report.render import render
from relaytop.report.snapshot import SnapshotReport
from relaytop.store.difference import difference, regressed
from relaytop.store.document import snapshot_document
from relaytop.store.recorder import Recorder
from relaytop.store.recording import Recording
from relaytop.store.recording_document import recording_document
from relaytop.store.snapshot import load_snapshot, to_json, to_toml
from relaytop.wire.apis import api_named
from relaytop.wire.headers import lowered
from relaytop.wire.ratelimit import read_rate_limit
from relaytop.wire.raw_reply import RawReply
from tests.hostile.mutations import in_pieces, mutated
from tests.support.samples import T0, sample, settings
from tests.support.server import DONE, ROLE, STOP, delta, event, usage

pytestmark = pytest.mark.fuzz

APIS = ("openai", "anthropic", "gemini", "azure")
REPORTS = (
    Finished(sample(0, tokens=(5, 3), cost_usd=0.1, ttft_ms=40.0)),
    Finished(sample(1, error="rate_limited", retry_after_s=3.0)),
    Pulse(T0, 2, {"relay/m": T0}, {"relay/m": 3}),
    Hold("relay/m", T0 + 5, "rate_limited", asked=True),
    Budget(0.1, 1.0, "ok"),
    Notice("warning", "the ledger is locked"),
)


def document() -> dict[str, object]:
    monitor = Monitor(settings(), T0)
    for at in range(30):
        made = sample(at, 100.0 + at, tokens=(5, 3), cost_usd=0.001, ttft_ms=50.0)
        monitor.apply(Finished(made), T0 + at)
    monitor.apply(Finished(sample(31, error="timeout")), T0 + 31)
    return snapshot_document("live", monitor, settings(), T0 + 32, "ops-1")


def recording() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "r.jsonl"
        recorder = Recorder(path)
        recorder.write_header(settings())
        recorder.consume(REPORTS)
        recorder.close()
        return path.read_bytes()


SNAPSHOTS = (to_toml(document()).encode(), to_json(document()).encode())
CONFIGS = (
    TEMPLATE.encode(),
    b'[providers.x]\nbase_url = "http://127.0.0.1:9/v1"\nmodels = ["m"]\n',
)
STREAMS = (
    ROLE + delta(content="word ") * 5 + STOP + usage(prompt_tokens=5, completion_tokens=5) + DONE,
    event({"error": {"message": "no", "code": 429}}) + DONE,
    event({"candidates": [{"content": {"parts": [{"text": "hi"}]}, "finishReason": "STOP"}]}),
    (
        b'event: content_block_delta\ndata: {"delta":{"type":"text_delta","text":"hi"}}\n\n'
        b'event: message_stop\ndata: {"type":"message_stop"}\n\n'
    ),
)
BODIES = (
    b'{"choices":[{"message":{"content":"pong"}}],"usage":{"prompt_tokens":5}}',
    b'{"error":{"type":"rate_limit_error","message":"slow down","retry_after":3}}',
    b"<html><title>502 Bad Gateway</title></html>",
    b'{"detail":[{"loc":["body"],"msg":"field required"}]}',
)
HEADERS = (
    (
        b"x-ratelimit-limit-requests: 60\nx-ratelimit-remaining-requests: 58\n"
        b"x-ratelimit-reset-requests: 1m30s\nretry-after: Wed, 21 Oct 2026 07:28:00 GMT"
    ),
    b'ratelimit: "a";r=50;t=30\nratelimit-policy: "a";q=100;w=60',
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz")


@given(mutated(CONFIGS))
def test_a_config(folder: Path, data: bytes) -> None:
    path = folder / "config.toml"
    path.write_bytes(data)
    with contextlib.suppress(RelaytopError):
        load_settings(config=path, flags=Flags(), environ={}, complaints={})


@given(mutated(SNAPSHOTS), st.sampled_from(["s.toml", "s.json"]))
def test_a_snapshot(folder: Path, data: bytes, name: str) -> None:
    path = folder / name
    path.write_bytes(data)
    try:
        found = load_snapshot(path)
    except RelaytopError:
        return
    assert render(SnapshotReport(found), "table")
    assert render(DifferenceReport(difference(document(), found)), "markdown")
    assert regressed(found, document()) in {True, False}
    json.dumps(found, default=str)


@given(mutated([recording()]))
def test_a_recording(folder: Path, data: bytes) -> None:
    path = folder / "r.jsonl"
    path.write_bytes(data)
    try:
        with Recording(path) as found:
            document_of = recording_document(found)
    except RelaytopError:
        return
    assert render(SnapshotReport(document_of), "table")


@given(mutated([encode(report) for report in REPORTS]))
def test_a_message_of_the_engine_or_to_it(data: bytes) -> None:
    for decode in (decode_report, decode_command):
        with contextlib.suppress(BadMessageError):
            decode(data)


@given(
    data=mutated(STREAMS),
    lengths=st.lists(st.integers(1, 60), max_size=8),
    api=st.sampled_from(APIS),
    cleanly=st.booleans(),
)
def test_a_stream(data: bytes, lengths: list[int], api: str, *, cleanly: bool) -> None:
    raw = RawReply(
        status=200,
        headers=lowered([(b"Content-Type", b"text/event-stream")]),
        chunks=in_pieces(data, lengths),
        ended_cleanly=cleanly,
        secrets=("sk-secret-abcdefghijkl",),
    )
    reply = api_named(api).read_reply(raw)
    assert reply.failure is None or reply.failure.error_class


@given(mutated(BODIES), st.sampled_from([200, 400, 401, 429, 500, 503, 529]), st.sampled_from(APIS))
def test_a_body(data: bytes, status: int, api: str) -> None:
    raw = RawReply(
        status=status,
        headers=lowered([(b"Content-Type", b"application/json")]),
        chunks=[data],
        ended_cleanly=True,
        secrets=("sk-secret-abcdefghijkl",),
    )
    reply = api_named(api).read_reply(raw)
    assert (reply.failure is not None) or status == 200
    api_named(api).read_models(raw)


@given(mutated(HEADERS), st.floats(0, 4e9))
def test_headers_of_limits(data: bytes, now: float) -> None:
    pairs = [line.partition(b":")[::2] for line in data.split(b"\n")]
    read_rate_limit(lowered([(name, value) for name, value in pairs]), now)
