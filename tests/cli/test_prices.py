"""`relaytop prices` as one runs it; no network, no key."""

import json
from pathlib import Path

from tests.support.launch import Run
from tests.support.server import ScriptedServer, chat_stream

CONFIG = """
[providers.holysheep]
base_url = "{url}"
models = ["gpt-4.1", "of-our-own"]
[providers.holysheep.prices."gpt-4.1"]
input = 1.0
output = 4.0
"""


def test_relay_against_official_with_the_p50_that_was_measured(tmp_path: Path, run: Run) -> None:
    path = tmp_path / "relaytop.toml"
    with ScriptedServer(lambda _seen: chat_stream(2)) as server:
        path.write_text(CONFIG.format(url=server.base_url))
        run("--config", path, "baseline", "-n", "3")
    known, unknown = json.loads(run("--config", path, "prices", "--format", "json").stdout)
    assert known["target"] == "holysheep/gpt-4.1"
    assert known["relay"] == {"input": 1.0, "output": 4.0}
    assert known["price_source"] == "config"
    assert known["official"]["input"] > 0
    assert known["p50_ms"] > 0
    assert known["advertised_ms"] == 50
    official = 0.75 * known["official"]["input"] + 0.25 * known["official"]["output"]
    assert abs(known["saved_share"] - (1 - 1.75 / official)) < 1e-9
    assert unknown.keys() == {"target", "p50_ms"}
    table = run("--config", path, "prices").stdout
    assert 'Set it in the config: [providers.X.prices."MODEL"]' in table


def test_without_a_config_the_books_are_shown(run: Run) -> None:
    done = run("prices")
    assert done.returncode == 0
    assert "holysheep/gpt-4.1" in done.stdout
    assert "more" in done.stdout


def test_a_config_that_is_wrong_stays_an_error(tmp_path: Path, run: Run) -> None:
    done = run("--config", tmp_path / "none.toml", "prices")
    assert done.returncode == 2
