import gc
import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, settings

from relaytop.cli.group import relaytop_command
from tests.support.endings import assert_no_orphan
from tests.support.launch import RELAYTOP, Invoke, Run, Start
from tests.support.terminal import Terminal
from tests.support.warm_start import WarmStart

# A busy machine is no bug: no example has a wall-clock bound, nor has drawing one.
settings.register_profile(
    "relaytop", deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=50
)
# Of the first Python's examples a few on the others: what they find differs in no arithmetic.
settings.register_profile(
    "quick", deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=15
)
settings.load_profile("relaytop")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--bench", action="store_true", help="run the benches and print their figures")
    parser.addoption("--fuzz", type=int, help="examples of each kind of bytes", metavar="N")


def pytest_configure(config: pytest.Config) -> None:
    examples = config.getoption("--fuzz")
    if examples:
        settings.register_profile("fuzz", settings.get_profile("relaytop"), max_examples=examples)
        settings.load_profile("fuzz")


INHERITED = ("PATH", "LANG", "VIRTUAL_ENV")
"""Variables of whoever runs the tests that relaytop sees too."""
LONG = ("relay", "house")
"""Markers of what takes longest as one piece: it comes first, so that no worker ends alone."""


def in_order_of_running(items: list[pytest.Item]) -> list[pytest.Item]:
    """What takes long, then programs that mostly wait in between modules that mostly calculate."""
    first, programs = [], []
    modules: dict[Path, list[pytest.Item]] = {}
    for item in items:
        if any(item.get_closest_marker(name) for name in LONG):
            first.append(item)
        elif "home" in getattr(item, "fixturenames", ()):
            programs.append(item)
        else:
            modules.setdefault(item.path, []).append(item)
    taken = 0
    for number, module in enumerate(modules.values(), 1):
        due = len(programs) * number // len(modules)
        first += [*module, *programs[taken:due]]
        taken = due
    return first + programs[taken:]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    items[:] = in_order_of_running(items)
    if not config.getoption("--bench"):
        skip = pytest.mark.skip(reason="prints figures: run with --bench")
        for item in items:
            if "bench" in item.keywords and item.get_closest_marker("bench"):
                item.add_marker(skip)


def pytest_collection_finish() -> None:
    """Look for no garbage among thousands of tests, again and again."""
    gc.freeze()


@pytest.fixture
def zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Sets the local time zone; the test after finds it as it was."""
    with monkeypatch.context() as patch:

        def put(name: str) -> None:
            patch.setenv("TZ", name)
            time.tzset()

        yield put
    time.tzset()


@pytest.fixture
def home(tmp_path: Path) -> Iterator[dict[str, str]]:
    """An environment without keys, whose config, data and runtime folders are the test's own."""
    inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
    # With a short name: the path of a socket has 107 bytes at most.
    with tempfile.TemporaryDirectory(prefix="rt") as runtime:
        yield {
            **inherited,
            "HOME": str(tmp_path),
            "XDG_CONFIG_HOME": str(tmp_path / "config"),
            "XDG_DATA_HOME": str(tmp_path / "data"),
            "XDG_RUNTIME_DIR": runtime,
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            "LC_ALL": "C.UTF-8",
            "TZ": "UTC",
        }


@pytest.fixture
def api_keys() -> dict[str, str]:
    """The API keys that `run` and `invoke` add to the environment; a module may have its own."""
    return {}


@pytest.fixture
def start(home: dict[str, str]) -> Iterator[Start]:
    """Starts relaytop in a terminal; whatever a test leaves running is ended, without an orphan."""
    opened: list[Terminal] = []

    def begin(*arguments: str, columns: int = 120, rows: int = 36, **environ: str) -> Terminal:
        terminal = Terminal(
            [*RELAYTOP, *arguments], columns=columns, rows=rows, environ={**home, **environ}
        )
        opened.append(terminal)
        return terminal

    yield begin
    for terminal in opened:
        terminal.__exit__()
    for terminal in opened:
        assert b"Traceback" not in terminal.raw
    if opened:
        assert_no_orphan(home)


@pytest.fixture(scope="session")
def warm_start() -> Iterator[WarmStart]:
    """Runs relaytop without importing it anew."""
    inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
    with WarmStart({**inherited, "LC_ALL": "C.UTF-8"}) as server:
        yield server


@pytest.fixture
def run(home: dict[str, str], api_keys: dict[str, str], warm_start: WarmStart) -> Run:
    """Runs relaytop without a terminal; it shows no traceback and none of the `api_keys`."""

    def to_its_end(
        *arguments: object,
        stdout: int = subprocess.PIPE,
        timeout_s: float = 60.0,
        environ: Mapping[str, str] | None = None,
    ) -> subprocess.CompletedProcess[str]:
        env = {**home, **api_keys, **(environ or {})}
        if warm_start.can_run(env):
            done = warm_start.run([*map(str, arguments)], env, stdout, timeout_s)
        else:
            done = subprocess.run(
                [*RELAYTOP, *map(str, arguments)],
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=subprocess.PIPE,
                text=True,
                timeout=timeout_s,
                check=False,
            )
        assert "Traceback" not in done.stderr
        assert not any(key in (done.stdout or "") + done.stderr for key in api_keys.values())
        return done

    return to_its_end


@pytest.fixture
def invoke(api_keys: dict[str, str]) -> Invoke:
    """Calls a command in this process."""

    def call(*arguments: str, **environ: str) -> Result:
        return CliRunner().invoke(
            relaytop_command, arguments, env={**api_keys, **environ}, catch_exceptions=False
        )

    return call
