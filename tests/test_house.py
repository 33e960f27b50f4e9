"""Lint, types, import contracts and hygiene are part of the tests."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

pytestmark = [pytest.mark.house, pytest.mark.timeout(300)]


@pytest.mark.parametrize(
    "command",
    [
        ["ruff", "check", "."],
        ["ruff", "format", "--check", "."],
        ["mypy"],
    ],
    ids=["lint", "format", "types"],
)
def test_the_checker_has_nothing_to_say(command: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_import_contracts_hold() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("module", "banned"),
    [
        (
            "relaytop.cli.main",
            {"textual", "pydantic", "httpx", "plotext", "asyncio", "sqlite3", "numpy"},
        ),
        ("relaytop.engine.__main__", {"textual", "pydantic", "plotext", "click", "rich", "numpy"}),
        ("relaytop.demo.__main__", {"textual", "pydantic", "plotext", "httpx", "click", "numpy"}),
        ("relaytop.tui.app", {"httpx", "plotext", "pydantic", "numpy"}),
        ("relaytop.monitor.monitor", {"textual", "httpx", "asyncio", "pydantic", "numpy"}),
    ],
)
def test_a_module_loads_nothing_that_it_does_not_need(module: str, banned: set[str]) -> None:
    script = f"import sys, {module}; print(*{{m.split('.')[0] for m in sys.modules}})"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert not banned & set(done.stdout.split())
