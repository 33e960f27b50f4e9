import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.config.settings import Price, Provider, Secret, Settings, Target, Thresholds, Window
from relaytop.probe.sample import Phases, Sample
from relaytop.protocol.codec import BadMessageError, decode_command, decode_report, encode
from relaytop.protocol.messages import (
    Add,
    Budget,
    Command,
    Finished,
    Hold,
    ListModels,
    Models,
    Notice,
    Pause,
    Pulse,
    Ready,
    Report,
    Resume,
    Scale,
    SetBudget,
    Start,
)
from relaytop.wire.facts import Failure, Limit, RateLimit, Served, Usage

TARGET = Target(provider="p", model="org/m", interval_s=0.5, thresholds=Thresholds(1.0, 2.0, 0.5))
SETTINGS = Settings(
    providers=(
        Provider(
            name="p",
            base_url="http://x/v1",
            key=Secret("sk-1"),
            models=("org/m",),
            headers={"a": "b"},
            prices={"org/m": Price(1.0, 2.0, 0.5)},
        ),
    ),
    targets=(TARGET,),
    window=Window(None, 100),
    aliases={"m": ("p/org/m",)},
    origins={"interval": "default"},
)
COMMANDS = [
    Start(SETTINGS),
    Start(Settings()),
    Add((TARGET,)),
    Pause(),
    Pause("p/m"),
    Resume("p/m"),
    Scale(2.5),
    SetBudget(3.0),
    ListModels("p"),
]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: type(c).__name__)
def test_commands_come_back_as_they_went(command: Command) -> None:
    line = encode(command)
    assert line.count(b"\n") == 1
    assert decode_command(line) == command


figures = st.none() | st.floats(0, 1e6)
counts = st.none() | st.integers(0, 10**6)
words = st.text(max_size=40)
names = st.none() | words
limits = st.none() | st.builds(Limit, counts, counts, figures)
samples = st.builds(
    Sample,
    target=words,
    due_at=st.floats(0, 2e9),
    sent_at=st.floats(0, 2e9),
    ended_at=st.floats(0, 2e9),
    failure=st.none() | st.builds(Failure, words, words),
    stale=st.booleans(),
    latency_ms=figures,
    ttft_ms=figures,
    phases=st.builds(Phases, figures, figures, figures, figures, figures),
    usage=st.none() | st.builds(Usage, counts, counts, counts, counts, figures),
    cost_usd=figures,
    price_source=st.none() | words,
    http_status=counts,
    request_id=st.none() | words,
    rate_limit=st.none() | st.builds(RateLimit, limits, limits),
    retry_after_s=figures,
    server_ms=figures,
    cached=st.none() | words,
    served=st.builds(Served, names, names, names, names, counts, counts),
)
reports = st.one_of(
    st.builds(Finished, samples),
    st.builds(Ready, st.integers(1, 99999)),
    st.builds(Hold, words, st.floats(0, 2e9), words, st.booleans()),
    st.builds(Budget, st.floats(0, 9), st.floats(0, 9), words, st.booleans()),
    st.builds(
        Pulse,
        st.floats(0, 2e9),
        st.integers(0, 99),
        st.dictionaries(words, st.floats(0, 2e9), max_size=3),
        st.dictionaries(words, st.integers(0, 99), max_size=3),
        st.integers(0, 99),
    ),
    st.builds(Models, words, st.lists(words, max_size=3).map(tuple), st.none() | words),
    st.builds(Notice, words, words),
)


@given(reports)
def test_reports_come_back_as_they_went(report: Report) -> None:
    line = encode(report)
    assert line.count(b"\n") == 1
    assert decode_report(line) == report


@given(st.binary(max_size=80))
def test_a_line_that_is_no_message_is_refused(line: bytes) -> None:
    with pytest.raises(BadMessageError):
        decode_report(line)
