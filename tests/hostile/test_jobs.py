"""The doctor and a baseline on every hostile answer: they end, say so, and show no key."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.hostile.behaviours import BEHAVIOURS
from tests.hostile.relay import HostileRelay
from tests.hostile.secret import leaked_parts
from tests.support.launch import Run

RunOnAll = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run_on_all(run: Run, tmp_path: Path, relay: HostileRelay) -> RunOnAll:
    """Runs relaytop with a config that names every hostile model."""
    names = json.dumps([*BEHAVIOURS])
    path = tmp_path / "relaytop.toml"
    path.write_text(
        f'budget = 100\ntimeout = "3s"\n[providers.evil]\nbase_url = "{relay.base_url()}"\n'
        f'api_key_env = "EVIL_KEY"\nmodels = {names}\n'
    )

    def without_the_key(*arguments: object) -> subprocess.CompletedProcess[str]:
        done = run("--config", path, *arguments, timeout_s=110.0)
        assert not leaked_parts(done.stdout + done.stderr)
        return done

    return without_the_key


def test_the_doctor_ends_and_finds_something_everywhere(run_on_all: RunOnAll) -> None:
    done = run_on_all("check", "--format", "json")
    assert done.returncode == 1
    findings = json.loads(done.stdout)["findings"]
    about = {finding["target"] for finding in findings if finding.get("target")}
    assert about == {f"evil/{name}" for name in BEHAVIOURS}
    for name, behaviour in BEHAVIOURS.items():
        levels = {f["level"] for f in findings if f.get("target") == f"evil/{name}"}
        assert "bad" in levels or behaviour.expected is None, name


def test_a_baseline_ends_with_the_right_classes(run_on_all: RunOnAll) -> None:
    done = run_on_all("baseline", "-n", "1", "--format", "json")
    targets = {t["model"]: t for t in json.loads(done.stdout)["targets"]}
    assert targets.keys() == BEHAVIOURS.keys()
    for name, target in targets.items():
        expected = BEHAVIOURS[name].expected
        assert target.get("errors", {}) == ({expected: 1} if expected else {}), name
