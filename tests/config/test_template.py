"""The file that `relaytop init` writes: one edit, and relaytop starts on it."""

import re
import tomllib
from pathlib import Path

import pytest

from relaytop.config.flags import Flags
from relaytop.config.load import load_settings
from relaytop.config.settings import Price, Settings
from relaytop.config.template import TEMPLATE

COMMENTED = re.compile(r'^# (?=\[|[a-z_]+ = |"[^"]+" = )', re.MULTILINE)
"""The mark before a setting that is commented out; before a sentence it stays."""


def load(path: Path, text: str) -> Settings:
    path.write_text(text)
    environ = {"HOLYSHEEP_API_KEY": "sk-1", "ALERT_WEBHOOK": "https://hooks.example/1"}
    return load_settings(config=path, flags=Flags(), environ=environ)


@pytest.mark.parametrize(
    ("pattern", "written"),
    [
        (r"^models = .*$", 'models = ["another"]'),
        (r"\[providers\.holysheep\]", "[providers.mine]"),
        (r"^api_key_env = .*\n.*$", ""),
        (r"^budget = .*$", "budget = 0"),
        (r"^history = .*$", ""),
        (r'^window = "10m"', 'window = "100 requests"'),
    ],
)
def test_it_is_valid_after_one_edit(tmp_path: Path, pattern: str, written: str) -> None:
    text, edits = re.subn(pattern, written, TEMPLATE, count=1, flags=re.MULTILINE)
    assert edits == 1
    assert load(tmp_path / "c.toml", text).targets


def test_all_that_is_commented_out_is_valid_once_it_is_not(tmp_path: Path) -> None:
    text = COMMENTED.sub("", TEMPLATE)
    for name in (
        "OPENROUTER_API_KEY",
        "http2",
        "ca_file",
        "ssh_config",
    ):  # of this machine, not of the form
        text = re.sub(rf"^.*{name}.*$", "", text, flags=re.MULTILINE)
    tables = tomllib.loads(text)
    assert {"alerts", "fleet", "keys", "aliases", "targets"} <= tables.keys()
    settings = load(tmp_path / "c.toml", text)
    assert settings.provider("holysheep").prices["deepseek-v3.2"] == Price(0.42, 0.42)
    assert settings.keys["monitor.freeze"] == "F"
    assert not settings.mouse
