"""`relaytop credit` as one runs it."""

import json
from pathlib import Path

import pytest

from tests.support.credit import PAGES, telling
from tests.support.launch import Run
from tests.support.server import ScriptedServer

KEY = "sk-credit-0123456789"
CONFIG = """
[thresholds]
credit = {threshold}
[providers.relay]
base_url = "{relay}"
api_key_env = "P_KEY"
models = ["m"]
[providers.mute]
base_url = "{mute}"
api_key_env = "P_KEY"
models = ["m"]
"""


@pytest.fixture
def api_keys() -> dict[str, str]:
    return {"P_KEY": KEY}


@pytest.mark.parametrize(("threshold", "code"), [(5.0, 0), (20.0, 1)])
def test_what_is_left(tmp_path: Path, run: Run, threshold: float, code: int) -> None:
    path = tmp_path / "relaytop.toml"
    with (
        ScriptedServer(telling(PAGES["new-api"], KEY)) as relay,
        ScriptedServer(telling({}, KEY)) as mute,
    ):
        path.write_text(
            CONFIG.format(threshold=threshold, relay=relay.base_url, mute=mute.base_url)
        )
        table = run("--config", path, "credit")
        found = json.loads(run("--config", path, "credit", "--format", "json").stdout)
        one = run("--config", path, "credit", "relay", "--format", "markdown")
        paid = [seen.path for seen in relay.requests if seen.method == "POST"]
    assert table.returncode == code
    assert KEY not in table.stdout + table.stderr
    line = next(each for each in table.stdout.splitlines() if each.startswith("relay"))
    assert "12.30 USD" in line
    assert "25.00 USD" in line
    assert "mute: not_found: the provider does not tell what is left" in table.stdout
    assert ("relay: low" in table.stdout) == bool(code)
    assert found[0]["remaining"] == pytest.approx(12.3)
    assert found[0]["low"] == bool(code)
    assert set(found[1]) == {"provider", "error"}
    assert "mute" not in one.stdout
    assert paid == []


def test_an_unknown_provider(tmp_path: Path, run: Run) -> None:
    path = tmp_path / "relaytop.toml"
    path.write_text(CONFIG.format(threshold=1.0, relay="http://127.0.0.1:9", mute="http://x.y"))
    done = run("--config", path, "credit", "relais")
    assert done.returncode == 2
    assert "did you mean 'relay'?" in done.stderr


def test_a_targets_own_threshold_counts_instead_of_the_general_one(
    tmp_path: Path, run: Run
) -> None:
    path = tmp_path / "relaytop.toml"
    own = '[targets."relay/m"]\nthresholds = {{ credit = {0} }}\n'
    with ScriptedServer(telling(PAGES["new-api"], KEY)) as relay:
        text = CONFIG.format(threshold=20.0, relay=relay.base_url, mute=relay.base_url)
        path.write_text(text + own.format(5.0))
        enough = run("--config", path, "credit", "relay")
        path.write_text(text.replace("20.0", "5.0") + own.format(20.0))
        low = run("--config", path, "credit", "relay")
    assert (enough.returncode, low.returncode) == (0, 1)


def test_a_limit_of_which_nobody_tells_what_is_used_is_a_limit(tmp_path: Path, run: Run) -> None:
    path = tmp_path / "relaytop.toml"
    pages = {"/v1/dashboard/billing/subscription": {"hard_limit_usd": 25.0}}
    with ScriptedServer(telling(pages, KEY)) as relay:
        path.write_text(CONFIG.format(threshold=1.0, relay=relay.base_url, mute=relay.base_url))
        done = run("--config", path, "credit", "relay")
    assert done.returncode == 0
    assert "25.00 USD" in done.stdout
    assert "relay: it does not tell what is used of the limit" in done.stdout
    assert "no limit is set" not in done.stdout
