"""The doctor and a baseline on every hostile answer: they end, say so, and show no key."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

from tests.e2e.launch import RELAYTOP
from tests.hostile.behaviours import BEHAVIOURS
from tests.hostile.secret import KEY, told

if TYPE_CHECKING:
    from pathlib import Path

    from tests.hostile.relay import HostileRelay


def run(
    home: dict[str, str], tmp_path: Path, relay: HostileRelay, *arguments: str
) -> subprocess.CompletedProcess[str]:
    names = json.dumps([*BEHAVIOURS])
    path = tmp_path / "relaytop.toml"
    path.write_text(
        f'budget = 100\ntimeout = "500ms"\n[providers.evil]\nbase_url = "{relay.base_url()}"\n'
        f'api_key_env = "EVIL_KEY"\nmodels = {names}\n'
    )
    done = subprocess.run(
        [*RELAYTOP, "--config", str(path), *arguments],
        env={**home, "EVIL_KEY": KEY},
        capture_output=True,
        text=True,
        check=False,
        timeout=110,
    )
    assert "Traceback" not in done.stderr
    assert not told(done.stdout + done.stderr)
    return done


def test_the_doctor_ends_and_finds_something_everywhere(
    home: dict[str, str], tmp_path: Path, relay: HostileRelay
) -> None:
    done = run(home, tmp_path, relay, "check", "--format", "json")
    assert done.returncode == 1
    findings = json.loads(done.stdout)["findings"]
    about = {finding["target"] for finding in findings if finding.get("target")}
    assert about == {f"evil/{name}" for name in BEHAVIOURS}
    for name, behaviour in BEHAVIOURS.items():
        levels = {f["level"] for f in findings if f.get("target") == f"evil/{name}"}
        assert "bad" in levels or behaviour.expected is None, name


def test_a_baseline_ends_with_the_right_classes(
    home: dict[str, str], tmp_path: Path, relay: HostileRelay
) -> None:
    done = run(home, tmp_path, relay, "baseline", "-n", "1", "--format", "json")
    targets = {t["model"]: t for t in json.loads(done.stdout)["targets"]}
    assert targets.keys() == BEHAVIOURS.keys()
    for name, target in targets.items():
        expected = BEHAVIOURS[name].expected
        assert target.get("errors", {}) == ({expected: 1} if expected else {}), name
