"""The wheel and the sdist: whole, installed by pipx or uv in a clean home, and run from there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

import relaytop
from relaytop.cli.group import COMMANDS
from tests.support.server import ScriptedServer, chat_stream
from tests.support.terminal import Terminal

ROOT = Path(__file__).parents[2]
NO_NETWORK = re.compile(
    r"no matching distribution|could not find a version|connection|resolve|network|timed out|"
    r"failed to fetch",
    re.IGNORECASE,
)
OF_THE_MACHINE = re.compile(r"(?:PIP|UV|SSL|REQUESTS)_\w+|(?:https?|no|all)_proxy", re.IGNORECASE)
"""Variables without which an installer may reach no index here."""

pytestmark = pytest.mark.xdist_group("packaging")


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that `python -m build` makes: the sdist, and the wheel built from that."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT],
        check=True,
        capture_output=True,
        timeout=100,
    )
    return folder


@pytest.fixture(scope="module")
def wheel(dist: Path) -> Path:
    (found,) = dist.glob("*.whl")
    return found


def tracked(folder: str) -> set[str]:
    """The files of a folder, without what running it leaves there."""
    return {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_the_wheel_has_every_file(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert {name for name in names if name.startswith("relaytop/")} == tracked("relaytop")
    data = f"relaytop-{relaytop.__version__}.data/data/share/"
    shared = {name.removeprefix(data) for name in names if name.startswith(data)}
    assert shared == {
        "bash-completion/completions/relaytop",
        "fish/vendor_completions.d/relaytop.fish",
        "zsh/site-functions/_relaytop",
        "man/man1/relaytop.1",
        *(f"man/man1/relaytop-{name}.1" for name in COMMANDS),
    }
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_the_sdist_has_what_building_and_testing_need(dist: Path) -> None:
    (path,) = dist.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    folders = (".ci", ".github", "packaging", "relaytop", "tests")
    needed = {"LICENSE", "README.md", "pyproject.toml"}.union(*map(tracked, folders))
    assert needed <= names


def test_the_image_is_given_what_its_build_needs(wheel: Path, tmp_path: Path) -> None:
    ignored = ROOT / "packaging" / "docker" / "Dockerfile.dockerignore"
    lines = ignored.read_text(encoding="utf-8").splitlines()
    assert "*" in lines
    for name in (line[1:] for line in lines if line.startswith("!")):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copyfile
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        copy(ROOT / name, tmp_path / name)
    out = tmp_path / "out"
    subprocess.run(
        [sys.executable, "-m", "build", "-n", "--wheel", "--outdir", out, tmp_path],
        check=True,
        capture_output=True,
        timeout=100,
    )
    (built,) = out.iterdir()
    with zipfile.ZipFile(built) as ours, zipfile.ZipFile(wheel) as released:
        assert ours.namelist() == released.namelist()


def installed(command: list[str | Path], home: dict[str, str]) -> dict[str, str]:
    """Install by a command in a clean home; return an environment that finds what is there."""
    machine = {name: value for name, value in os.environ.items() if OF_THE_MACHINE.match(name)}
    # What the machine has downloaded before is not downloaded again.
    cache = os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache"))
    clean = {name: home[name] for name in home if name not in {"VIRTUAL_ENV", "XDG_DATA_HOME"}}
    done = subprocess.run(
        command,
        env={**clean, **machine, "XDG_CACHE_HOME": cache},
        cwd=home["HOME"],
        capture_output=True,
        text=True,
        check=False,
        timeout=110,
    )
    if done.returncode != 0 and NO_NETWORK.search(done.stderr):
        pytest.skip("no package index can be reached")
    assert done.returncode == 0, done.stdout + done.stderr
    return {**clean, "PATH": f"{home['HOME']}/.local/bin:/usr/bin:/bin"}


def run(environ: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/usr/bin/env", "relaytop", *arguments],
        env=environ,
        cwd=environ["HOME"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_what_pipx_installs_runs(wheel: Path, home: dict[str, str]) -> None:
    backend = ["--backend", "uv"] if shutil.which("uv") else []
    environ = installed([sys.executable, "-m", "pipx", "install", *backend, wheel], home)
    version = run(environ, "--version").stdout.splitlines()
    assert version[0] == f"relaytop, version {relaytop.__version__}"
    assert "Textual" in version[1]
    page = Path(home["HOME"], ".local", "share", "man", "man1", "relaytop.1")
    assert page.read_text().startswith(".TH")
    with ScriptedServer(lambda _seen: chat_stream(2)) as server:
        done = run(environ, "--once", "--base-url", server.base_url, "--model", "m")
    assert done.returncode == 0, done.stderr
    assert "127.0.0.1" in done.stdout
    assert "RelaytopNotProbing" in run(environ, "rules").stdout
    with Terminal(["/usr/bin/env", "relaytop", "demo"], environ=environ) as terminal:
        terminal.wait_for("holysheep")
        terminal.press("q")
        assert terminal.wait() == 0


@pytest.mark.skipif(shutil.which("uv") is None, reason="no uv here")
def test_what_uv_installs_runs(wheel: Path, home: dict[str, str]) -> None:
    environ = installed(["uv", "tool", "install", "--python", sys.executable, wheel], home)
    assert run(environ, "--version").stdout.startswith(f"relaytop, version {relaytop.__version__}")
