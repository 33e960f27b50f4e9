"""`relaytop models` on lists that are none, too long, or an attack."""

import subprocess
from collections.abc import Callable

import pytest

from tests.hostile.behaviours import SHOWN
from tests.hostile.relay import HostileRelay
from tests.hostile.secret import leaked_parts
from tests.support.launch import Run

MODELS_SHOWN = 10_000

Models = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def models(run: Run, relay: HostileRelay) -> Models:
    """Lists the models of a hostile list, by its name."""

    def printable(name: str) -> subprocess.CompletedProcess[str]:
        provider = ("--name", "evil", "--api-key-env", "EVIL_KEY")
        done = run("models", "--base-url", relay.base_url(name), *provider, timeout_s=20.0)
        assert not leaked_parts(done.stdout + done.stderr)
        for line in (done.stdout + done.stderr).splitlines():
            assert line.isprintable(), line
        assert relay.asked == [name]
        return done

    return printable


@pytest.mark.parametrize(
    ("name", "code", "said"),
    [
        ("over", 1, "evil: too_large: the reply is larger than 4 MiB"),
        ("bomb", 1, "evil: too_large: "),
        ("no_list", 1, "evil: protocol: "),
        ("page", 1, "evil: protocol: "),
        ("garbage", 1, "evil: protocol: "),
        ("refusing", 1, SHOWN),
        ("redirect", 1, "which is not followed"),
        ("key_refused", 1, "evil: auth: no such key: [key hidden]"),
        ("reset", 1, "evil: connect: "),
        ("no_objects", 2, "the list at /models is empty for evil"),
        ("empty", 2, "the list at /models is empty for evil"),
    ],
)
def test_no_list(models: Models, relay: HostileRelay, name: str, code: int, said: str) -> None:
    done = models(name)
    assert done.returncode == code
    assert done.stdout == ""
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 2
    assert relay.strangers == 0


@pytest.mark.parametrize(
    ("name", "count", "holds"),
    [
        ("huge", MODELS_SHOWN, "evil/vendor/model-000042"),
        ("escapes", 3, f"evil/evil- {SHOWN}"),
        ("long_ids", 20, "…"),
        ("with_key", 1, "evil/fair"),
    ],
)
def test_a_list(models: Models, name: str, count: int, holds: str) -> None:
    done = models(name)
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert len(lines) == count
    assert any(holds in line for line in lines)
    assert all(len(line) < 220 for line in lines)
