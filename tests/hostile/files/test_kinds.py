"""What is no regular file, or too large, is refused with its path: nothing hangs."""

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from relaytop.config.safe_files import read_bounded
from tests.support.launch import Run

CONFIG = '[providers.a]\nbase_url = "http://127.0.0.1:9/v1"\nmodels = ["m"]\n'
COMMANDS: dict[str, Callable[[Path], tuple[object, ...]]] = {
    "config": lambda path: ("--config", path, "config"),
    "snapshot": lambda path: ("show", path),
    "the other snapshot": lambda path: ("diff", path, path),
    "recording": lambda path: ("baseline", "--recording", path),
    "replay": lambda path: ("replay", path),
    "prompts": lambda path: ("shadow", "a", "b", "--model", "m", "--prompts", path),
}


@contextmanager
def socket_at(path: Path) -> Iterator[None]:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        yield


def odd(kind: str, folder: Path) -> Path:
    path = folder / "odd"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "huge":
        with path.open("wb") as file:
            file.truncate(1 << 40)
    return path


@pytest.mark.parametrize("kind", ["pipe", "folder", "device", "huge"])
@pytest.mark.parametrize("command", COMMANDS)
def test_a_file_that_is_none_is_refused(run: Run, tmp_path: Path, command: str, kind: str) -> None:
    path = odd(kind, tmp_path)
    config = tmp_path / "two.toml"
    config.write_text(CONFIG + CONFIG.replace("providers.a", "providers.b"))
    environ = {} if command == "config" else {"RELAYTOP_CONFIG": str(config)}
    done = run(*COMMANDS[command](path), timeout_s=20, environ=environ)
    assert done.returncode == 2
    assert str(path) in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("kind", ["pipe", "folder", "device", "huge"])
def test_a_key_file_that_is_none_is_refused(run: Run, tmp_path: Path, kind: str) -> None:
    path, config = odd(kind, tmp_path), tmp_path / "c.toml"
    if kind in {"pipe", "huge"}:
        path.chmod(0o600)
    config.write_text(f'{CONFIG}api_key_file = "{path}"\n')
    done = run("--config", config, "models", timeout_s=20)
    assert done.returncode == 2
    assert "api_key_file" in done.stderr
    assert str(path) in done.stderr


@pytest.mark.parametrize("kind", ["pipe", "folder", "device"])
def test_a_ledger_that_is_none_is_said_so(
    run: Run, tmp_path: Path, home: dict[str, str], kind: str
) -> None:
    folder = Path(home["XDG_DATA_HOME"]) / "relaytop"
    folder.mkdir(parents=True)
    odd(kind, tmp_path).rename(folder / "ledger.sqlite")
    done = run("usage", timeout_s=20)
    assert done.returncode == 2
    assert "ledger.sqlite" in done.stderr


def test_a_socket_is_said_to_be_one(tmp_path: Path) -> None:
    with socket_at(tmp_path / "s"), pytest.raises(OSError, match="it is a socket"):
        read_bounded(tmp_path / "s", 10)


def test_the_bound_is_the_bound(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"x" * 2048)
    assert len(read_bounded(tmp_path / "f", 2048)) == 2048
    with pytest.raises(OSError, match="larger than 1 KiB"):
        read_bounded(tmp_path / "f", 1024)


@pytest.mark.parametrize(
    "text",
    [
        "a" + ".a" * 200_000 + " = 1\n",
        "[" + "a." * 200_000 + "a]\n",
        f"x = {{ {'a.' * 200_000}b = 1 }}\n",
        "[ providers . " + " " * 3000 + "\n",
        "[" + " " * 30_000 + "providers" + " " * 30_000 + "\n[providers.a]\n[providers.a]\n",
        "[[" * 20_000,
        "x = " + "[" * 20_000,
        "k" * 900_000 + " = 1",
        f"{CONFIG}[thresholds]\n{' ' * 50_000}p95 = 5\n",
    ],
    ids=range(9),
)
def test_a_config_made_to_take_long_is_refused_soon(run: Run, tmp_path: Path, text: str) -> None:
    config = tmp_path / "c.toml"
    config.write_text(text)
    done = run("--config", config, "config", timeout_s=20)
    assert done.returncode == 2
    assert "c.toml" in done.stderr


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("budget = {{ usd = {} }}", '"one"'),
        ("budget = {{ usd = {} }}", "9" * 400),
        ("budget = {}", "3"),
        ("window_s = {}", '"10m"'),
        ("window_s = {}", "true"),
        ("host = {}", "5"),
    ],
)
def test_a_snapshot_with_an_odd_field_is_a_sentence(
    run: Run, tmp_path: Path, field: str, value: str
) -> None:
    path = tmp_path / "s.toml"
    path.write_text(
        f'schema = 1\nkind = "live"\n{field.format(value)}\n[[targets]]\ntarget = "p/m"\n'
    )
    done = run("show", path)
    assert done.returncode == 2
    assert str(path) in done.stderr


@pytest.mark.parametrize(
    "line",
    [
        'latency_ms = { n = 3, p50 = "fast" }',
        "latency_ms = { n = 3.5 }",
        'total = { requests = "many" }',
        "tokens = { input = 1e3 }",
        "last_error = { class = 5 }",
        "cost_usd = " + "9" * 400,
        "tok_s = { p50 = true }",
    ],
)
def test_a_target_with_an_odd_field_is_a_sentence(run: Run, tmp_path: Path, line: str) -> None:
    path = tmp_path / "s.toml"
    path.write_text(f'schema = 1\nkind = "live"\n[[targets]]\ntarget = "p/m"\n{line}\n')
    for arguments in (("show", path), ("diff", path, path)):
        done = run(*arguments)
        assert done.returncode == 2
        assert str(path) in done.stderr
