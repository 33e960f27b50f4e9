"""Folders and files of relaytop's own are their user's alone, whoever came first."""

import errno
import os
import stat
import subprocess
from pathlib import Path
from typing import NoReturn

import platformdirs
import pytest

from relaytop.config import paths
from relaytop.config.safe_files import is_private_folder, make_private_folder
from relaytop.store.atomic import write_exactly, write_new
from tests.support.launch import RELAYTOP, Run
from tests.support.server import ScriptedServer, chat_stream


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_under_no_umask_nothing_is_open_to_others(home: dict[str, str]) -> None:
    with ScriptedServer(lambda _seen: chat_stream(2)) as server:
        arguments = ["--base-url", server.base_url, "--model", "m", "baseline", "-n", "2"]
        done = subprocess.run(
            [*RELAYTOP, *arguments],
            env=home,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            umask=0,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    data = Path(home["XDG_DATA_HOME"])
    found = list(data.rglob("*"))
    assert any(path.name.startswith("ledger") for path in found)
    assert any(path.suffix == ".toml" for path in found)
    for path in (data, *found):
        assert not mode_of(path) & 0o077, path


def test_a_folder_that_others_may_write_to_is_closed(tmp_path: Path) -> None:
    folder = tmp_path / "relaytop"
    folder.mkdir()
    folder.chmod(0o777)
    make_private_folder(folder)
    assert mode_of(folder) == 0o700


@pytest.mark.parametrize("how", ["0777", "link", "file"])
def test_a_runtime_folder_that_somebody_else_made_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    runtime = tmp_path / "runtime"
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(0o755)
    if how == "0777":
        runtime.mkdir()
        runtime.chmod(0o777)
    elif how == "link":
        runtime.symlink_to(elsewhere)
    else:
        runtime.write_text("")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    found = paths.runtime_folder()
    assert runtime not in found.parents
    assert elsewhere not in found.resolve().parents
    assert is_private_folder(found.parent) or found == tmp_path / "state" / "relaytop"
    assert mode_of(elsewhere) == 0o755


def test_a_link_in_the_runtime_folder_is_not_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime, victim = tmp_path / "runtime", tmp_path / "victim"
    runtime.mkdir(0o700)
    victim.mkdir(0o755)
    (runtime / "relaytop").symlink_to(victim)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    assert paths.runtime_folder() == tmp_path / "state" / "relaytop"
    assert not is_private_folder(runtime / "relaytop")
    assert mode_of(victim) == 0o755


def test_where_nothing_temporary_can_be_made_the_runtime_folder_is_the_state_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a container with a read-only file system."""

    def refuse(*_arguments: object) -> NoReturn:
        raise FileNotFoundError(errno.ENOENT, "No usable temporary directory found")

    monkeypatch.setattr(platformdirs, "user_runtime_path", refuse)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    assert paths.runtime_folder() == tmp_path / "state" / "relaytop"


@pytest.mark.parametrize("command", [("pick", "m"), ("baseline", "-n", "2")])
def test_commands_work_without_a_safe_runtime_folder(
    run: Run, tmp_path: Path, command: tuple[str, ...]
) -> None:
    runtime = tmp_path / "open"
    runtime.mkdir()
    runtime.chmod(0o777)
    environ = {"XDG_RUNTIME_DIR": str(runtime), "XDG_STATE_HOME": str(tmp_path / "state")}
    with ScriptedServer(lambda _seen: chat_stream(2)) as server:
        ours = ("--base-url", server.base_url, "--model", "m")
        done = run(*ours, *command, environ=environ)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("number", [errno.EPERM, errno.ENOTSUP])
def test_without_hard_links_files_are_written_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def refuse(*_arguments: object) -> NoReturn:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "link", refuse)
    assert write_new(tmp_path / "a.toml", b"one").read_bytes() == b"one"
    assert write_new(tmp_path / "a.toml", b"two").name == "a-2.toml"
    write_exactly(tmp_path / "b", b"three")
    with pytest.raises(FileExistsError):
        write_exactly(tmp_path / "b", b"four")
    assert (tmp_path / "b").read_bytes() == b"three"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a-2.toml", "a.toml", "b"]
    assert mode_of(tmp_path / "a.toml") == 0o600
