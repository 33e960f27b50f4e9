"""The choices at the screen, from one run of the real program to the next."""

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.launch import Start
from tests.support.recordings import minutes, record
from tests.support.samples import settings

NAMES = ("relay/m", "relay/n", "direct/m")


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    return record(tmp_path / "two.rec", *minutes(2, NAMES), watched=settings(*NAMES))


@pytest.fixture
def state(home: dict[str, str]) -> Callable[[], dict[str, object]]:
    path = Path(home["HOME"]) / ".local" / "state" / "relaytop" / "state.toml"
    return lambda: tomllib.loads(path.read_text()) if path.exists() else {}


def test_grouping_is_kept_and_fresh_state_ignores_it(
    start: Start, recording: Path, state: Callable[[], dict[str, object]]
) -> None:
    first = start("replay", str(recording))
    first.wait_for("relay")
    first.press("b")
    first.wait_for("grouped by model")
    first.press("q")
    assert first.wait() == 0
    assert state()["group_by"] == "model"
    apart = start("replay", "--fresh-state", str(recording))
    apart.wait_for("relay")
    apart.press("b")
    apart.wait_for("grouped by model")  # from provider, as at the very first time
    apart.press("b")
    apart.wait_for("not grouped")
    apart.press("q")
    assert apart.wait() == 0
    assert state()["group_by"] == "model"
    again = start("replay", str(recording))
    again.wait_for("relay")
    again.press("b")
    again.wait_for("not grouped")
    again.press("q")
    assert again.wait() == 0
    assert state()["group_by"] == "none"
