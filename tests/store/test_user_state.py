"""The user's choices: what is written is read again, and no file can break the start."""

import math
import os
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.store.user_state import GROUPINGS, UserState, load_state, save_changes, save_state

NAMES = st.text(st.characters(categories=("L", "N", "P", "S")), min_size=1, max_size=30)
STATES = st.builds(
    UserState,
    sort=st.none() | NAMES,
    reverse=st.booleans(),
    window=st.none() | st.just("30m"),
    window_configured=st.none() | st.just("10m"),
    theme=st.none() | NAMES,
    columns=st.none() | st.lists(NAMES, max_size=5).map(tuple),
    group_by=st.none() | st.sampled_from(GROUPINGS),
    folded=st.lists(NAMES, max_size=5).map(tuple),
    mouse=st.none() | st.booleans(),
    snoozes=st.dictionaries(NAMES, st.just(math.inf) | st.integers(0, 2_000_000_000).map(float)),
)


@given(state=STATES)
def test_what_is_written_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, state: UserState
) -> None:
    path = tmp_path_factory.mktemp("state") / "state.toml"
    save_state(state, path)
    assert load_state(path) == (state, None)
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(path.parent.iterdir()) == [path]


@given(data=st.binary(max_size=200))
def test_no_file_breaks_the_start_and_none_is_lost(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    path = tmp_path_factory.mktemp("state") / "state.toml"
    path.write_bytes(data)
    state, _warning = load_state(path)
    assert isinstance(state, UserState)
    assert data in [each.read_bytes() for each in path.parent.iterdir()]


def test_no_file_is_no_choice(tmp_path: Path) -> None:
    assert load_state(tmp_path / "state.toml") == (UserState(), None)


def test_a_value_of_the_wrong_kind_is_named_and_the_rest_used(tmp_path: Path) -> None:
    path = tmp_path / "state.toml"
    path.write_text('theme = 7\nsort = "p95"\ncolumns = ["p95", 1]\nsnoozes = { a = "soon" }\n')
    state, warning = load_state(path)
    assert state == UserState(sort="p95")
    assert warning == f"{path}: not used: theme, columns, snoozes"


def test_keys_of_another_version_stay(tmp_path: Path) -> None:
    path = tmp_path / "state.toml"
    path.write_text('of_tomorrow = "x"\n')
    state, warning = load_state(path)
    assert warning is None
    save_state(state, path)
    assert tomllib.loads(path.read_text()) == {"of_tomorrow": "x"}


def test_a_file_that_is_no_toml_is_moved_aside(tmp_path: Path) -> None:
    path = tmp_path / "state.toml"
    path.write_text("= broken")
    assert load_state(path)[1] == (
        f"{path}: not a TOML file: moved to state.toml.broken, defaults are used"
    )
    assert (tmp_path / "state.toml.broken").read_text() == "= broken"


@pytest.mark.parametrize("kind", ["too large", "folder", "pipe", "link to a device"])
def test_what_cannot_be_read_is_moved_aside(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "state.toml"
    if kind == "too large":
        path.write_text("#" * 300_000)
    elif kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to("/dev/zero")
    _state, warning = load_state(path)
    assert warning is not None
    assert "cannot be read" in warning
    assert "moved to state.toml.broken" in warning
    assert (tmp_path / "state.toml.broken").lstat().st_size in {300_000, *range(9999)}
    save_state(UserState(theme="nord"), path)
    assert load_state(path) == (UserState(theme="nord"), None)


@pytest.mark.parametrize("exists", [True, False])
def test_a_link_stays_one_and_its_file_is_written(tmp_path: Path, *, exists: bool) -> None:
    real, path = tmp_path / "dotfiles.toml", tmp_path / "state.toml"
    path.symlink_to(real)
    if exists:
        real.write_text('theme = "nord"\n')
    save_state(UserState(theme="dracula"), path)
    assert path.is_symlink()
    assert load_state(real) == (UserState(theme="dracula"), None)


def test_a_link_to_no_file_is_not_followed(tmp_path: Path) -> None:
    path = tmp_path / "state.toml"
    (tmp_path / "folder").mkdir()
    path.symlink_to(tmp_path / "folder")
    save_state(UserState(theme="nord"), path)
    assert not path.is_symlink()


def test_two_at_once_keep_what_each_has_changed(tmp_path: Path) -> None:
    path = tmp_path / "state.toml"
    first = UserState(sort="p95", theme="nord", snoozes={"a/m": 900.0, "gone": math.inf})
    save_state(first, path)
    one = replace(first, theme="dracula", snoozes={"a/m": 900.0, "b/m": math.inf})
    other = replace(first, sort="error", reverse=True, snoozes={**first.snoozes, "a/m": 1800.0})
    save_changes(first, one, path)
    save_changes(first, other, path)
    both = UserState(
        sort="error", reverse=True, theme="dracula", snoozes={"a/m": 1800.0, "b/m": math.inf}
    )
    assert load_state(path) == (both, None)
