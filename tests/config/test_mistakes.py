"""All mistakes of a config at once, in words that say what is right."""

import json
from pathlib import Path

import pytest

from relaytop.config.errors import ConfigError, RelaytopError
from relaytop.config.flags import Flags
from relaytop.config.load import load_settings

PROVIDER = """
[providers.a]
base_url = "http://127.0.0.1:9/v1"
models = ["x"]
"""


def said(tmp_path: Path, text: str) -> list[str]:
    """Return what is said of a config, a line each, without the file's name."""
    path = tmp_path / "config.toml"
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        load_settings(config=path, flags=Flags(), environ={})
    return [line.removeprefix(str(path)).lstrip(",: ") for line in str(caught.value).split("\n")]


def test_all_at_once(tmp_path: Path) -> None:
    text = (
        'interval = 5\nwindow = "soon"\nhistroy = 9\n[probe]\nmax_tokens = 0\n'
        + PROVIDER
        + 'api = "opnai"\n[targets."a/y"]\nstream = false\n[aliases]\nm = ["b/x"]\n'
    )
    found = said(tmp_path, text)
    assert len(found) == 7
    assert found[0] == 'line 1: interval: must be quoted: "5s"'
    assert found[1].startswith("line 2: window: 'soon' is not a valid window; write it as 10m or ")
    assert any(line == "line 3: histroy: unknown key; did you mean 'history'?" for line in found)
    assert any("targets.\"a/y\": no such target: 'a/y'; did you mean 'a/x'?" in x for x in found)
    assert any("aliases.m: no such target: 'b/x'" in line for line in found)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("[provider.x]", "[provider.x] is written [providers.x]"),
        ('[target."a/x"]', '[target."a/x"] is written [targets."a/x"]'),
        ("[threshold]", "[threshold] is written [thresholds]"),
        ("[alias]", "[alias] is written [aliases]"),
        ("[nothing_like_it]", "valid: [providers], [probe], "),
    ],
)
def test_a_table_by_a_wrong_name(tmp_path: Path, written: str, meant: str) -> None:
    (found,) = said(tmp_path, f"{PROVIDER}{written}\nstream = true\n")
    assert f"unknown table; {meant}" in found


def test_a_name_with_a_dot_that_is_not_quoted(tmp_path: Path) -> None:
    (found,) = said(tmp_path, f'{PROVIDER}[keys]\nmonitor.freeze = "F"\n')
    assert found.endswith(
        'keys.monitor: monitor.freeze has a dot in it, and must be quoted: "monitor.freeze" = "x"'
    )


def test_names_of_what_is_not_there_are_told_with_keys_that_cannot_be_had(tmp_path: Path) -> None:
    text = f'{PROVIDER}api_key_env = "NOT_SET_HERE"\n[targets."a/y"]\nstream = false\n'
    missing, unknown = said(tmp_path, text)
    assert "NOT_SET_HERE is not set" in missing
    assert "no such target: 'a/y'" in unknown


@pytest.mark.parametrize("value", ["5s", "500ms # soon", " 1h"])
def test_a_duration_without_quotes(tmp_path: Path, value: str) -> None:
    (found,) = said(tmp_path, f"interval = {value}\n{PROVIDER}")
    assert found.endswith(f'must be quoted: "{value.partition("#")[0].strip()}"')


def test_keys_that_cannot_be_had_are_told_together(tmp_path: Path) -> None:
    two = "".join(
        f'[providers.{name}]\nbase_url = "http://127.0.0.1:9/v1"\napi_key_env = "NONE_{name}"\n'
        for name in "AB"
    )
    first, second = said(tmp_path, two)
    assert "NONE_A" in first
    assert "NONE_B" in second


@pytest.mark.parametrize("odd", ["x\x00y", "x\x1b[31my", "x\ny", "x\u202ey", "x\x7fy"])
def test_what_cannot_be_printed_is_shown_as_its_escape(tmp_path: Path, odd: str) -> None:
    text = json.dumps(f"{tmp_path}/{odd}").replace("\x7f", "\\u007f")
    base = '[providers.a]\nbase_url = "http://127.0.0.1:9/v1"\nmodels = ["m"]\n'
    for line in (f"ca_file = {text}", f"api_key_file = {text}", f"api = {text}"):
        path = tmp_path / "config.toml"
        path.write_text(f"{base}{line}\n")
        with pytest.raises(ConfigError) as found:
            load_settings(config=path, flags=Flags(), environ={})
        assert str(found.value).isprintable(), line
        assert repr(odd)[1:-1] in str(found.value)


def test_no_error_has_what_a_terminal_would_obey() -> None:
    assert str(RelaytopError("no \x1b[31m such \udc80 file\nsecond")) == (
        "no \\x1b[31m such \\udc80 file\nsecond"
    )
