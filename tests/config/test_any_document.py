"""Whatever a config file says, it becomes settings or one sentence, and soon."""

import contextlib
import os
import tempfile
import time
from pathlib import Path
from typing import Any

import tomli_w
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from relaytop.config.errors import MAX_SENTENCES, ConfigError
from relaytop.config.flags import Flags
from relaytop.config.load import load_settings
from relaytop.config.schema import (
    ConfigFile,
    PriceTable,
    ProbeTable,
    ProviderTable,
    TargetTable,
    ThresholdsTable,
)
from relaytop.config.settings import key_of

LONGEST_S = 5.0
RUNS = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])

ODD = st.sampled_from(
    [
        "",
        " ",
        "/",
        "a/",
        "a/m",
        "\x1b[31m",
        "\n",
        "\u202ex",
        "0s",
        "5s",
        "100 requests",
        "1e9h",
        "é" * 300,
    ]
)
TEXT = st.one_of(ODD, st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
VALUE = st.recursive(
    st.one_of(
        st.none().map(lambda _: True),
        st.integers(-(2**80), 2**80),
        st.just(10**400),
        st.floats(),
        st.datetimes(),
        TEXT,
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXT, inner, max_size=3)),
    max_leaves=6,
)


def table(model: type, **known: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Return tables with some of a model's keys, their values right at times, and others."""
    names = map(key_of, model.__annotations__)
    keys = {name: st.one_of(VALUE, known.get(name, VALUE)) for name in names}
    return st.builds(
        lambda own, more: {**more, **own},
        st.fixed_dictionaries({}, optional=keys),
        st.one_of(st.just({}), st.dictionaries(TEXT, VALUE, max_size=1)),
    )


NAME = st.one_of(st.sampled_from(["a", "b", "a/m", "b/m", "m"]), TEXT)
DURATION = st.sampled_from(["100ms", "5s", "2m", "24h", "25h", "0s"])
THRESHOLDS = table(ThresholdsTable, p95=DURATION, ttft=DURATION, error_rate=st.floats(0, 1))
PRICE = table(PriceTable, input=st.floats(0, 100), output=st.floats(0, 100))
PROVIDER = table(
    ProviderTable,
    base_url=st.sampled_from(["http://127.0.0.1:9/v1", "https://h/v1", "http://[", "http://h:x"]),
    api=st.sampled_from(["openai", "azure", "soap"]),
    api_key_command=st.sampled_from([["true"], ["false"], ["/"]]),
    models=st.just(["m"]),
    max_rpm=st.integers(-1, 100),
    headers=st.dictionaries(TEXT, TEXT, max_size=2),
    ca_file=st.sampled_from(["/", "/dev/null", "x\x00y", "~nobody-of-this-name/x"]),
    proxy=st.sampled_from(["foo", "http://h:1", "http://[", "socks5://h"]),
    prices=st.dictionaries(NAME, PRICE, max_size=2),
).filter(lambda provider: not _runs(provider.get("api_key_command")))
TARGET = table(TargetTable, interval=DURATION, thresholds=THRESHOLDS)
DOCUMENT = table(
    ConfigFile,
    interval=DURATION,
    window=st.sampled_from(["10m", "5 requests", "9999999 requests"]),
    history=st.integers(1, 100),
    probe=table(ProbeTable),
    thresholds=THRESHOLDS,
    providers=st.dictionaries(NAME, PROVIDER, max_size=2),
    targets=st.dictionaries(NAME, TARGET, max_size=2),
    aliases=st.dictionaries(NAME, st.lists(NAME, max_size=2), max_size=2),
    keys=st.dictionaries(NAME, NAME, max_size=2),
)


def _runs(command: object) -> bool:
    """Return whether a command is none of ours: a test starts no chance program."""
    return isinstance(command, list) and command not in ([], ["true"], ["false"], ["/"])


def loads_or_says_why(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "config.toml"
        path.write_bytes(content)
        path.chmod(0o600)
        began = time.thread_time()
        try:
            load_settings(config=path, flags=Flags(), environ={"PATH": os.defpath})
        except ConfigError as error:
            sentences = str(error).split("\n")
            assert len(sentences) <= MAX_SENTENCES + 1
            for sentence in sentences[:MAX_SENTENCES]:
                assert sentence.startswith(str(path))
                assert sentence.isprintable()
        assert time.thread_time() - began < LONGEST_S


@RUNS
@given(DOCUMENT)
def test_any_tables_of_its_keys(document: dict[str, Any]) -> None:
    content = ""
    with contextlib.suppress(ValueError):  # integers beyond what Python prints
        content = tomli_w.dumps(document)
    loads_or_says_why(content.encode())


@RUNS
@given(
    st.one_of(
        st.binary(max_size=200), st.text(max_size=200).map(lambda t: t.encode("utf-8", "replace"))
    )
)
def test_any_bytes(content: bytes) -> None:
    loads_or_says_why(content)


def test_huge_ones() -> None:
    for content in (
        b"a = " + b"[" * 100_000,
        b"[" + b"a." * 20_000 + b"b]",
        b"a" * 1_000_000 + b" = 1",
        b'interval = "' + b"5" * 1_000_000 + b's"',
        b"history = " + b"9" * 4_000,
        b"\n".join(b"[providers.p%d]\nbase_url = 'http://h'\nx = 1" % n for n in range(5_000)),
    ):
        loads_or_says_why(content)
