"""Text files of Windows' editors: a byte-order mark is no part of what a file says."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from relaytop.config.flags import Flags
from relaytop.config.load import load_settings
from relaytop.config.settings import Secret
from relaytop.jobs.shadow.prompts import read_prompts
from relaytop.store.recording import Recording, is_recording
from relaytop.store.snapshot import load_snapshot
from tests.support.recordings import good, record
from tests.support.server import CERTIFICATE

if TYPE_CHECKING:
    from pathlib import Path

ENCODINGS = ["utf-8", "utf-8-sig", "utf-16"]
KEY = "sk-0123456789abcdef"
RELAY = '[providers.p]\nbase_url = "http://127.0.0.1:9/v1"\nmodels = ["m"]\n'
every_encoding = pytest.mark.parametrize("encoding", ENCODINGS)


def written(path: Path, text: str, encoding: str) -> Path:
    path.write_bytes(text.replace("\n", "\r\n").encode(encoding))
    path.chmod(0o600)
    return path


def key_of(config: Path, **environ: str) -> Secret | None:
    (provider,) = load_settings(config=config, flags=Flags(), environ=environ).providers
    return provider.key


@every_encoding
def test_the_config(tmp_path: Path, encoding: str) -> None:
    text = f'interval = "7s"\n{RELAY}[probe]\nprompt = """a\nb"""\n'
    path = written(tmp_path / "c.toml", text, encoding)
    settings = load_settings(config=path, flags=Flags(), environ={})
    assert settings.targets[0].interval_s == 7.0
    assert settings.targets[0].prompt == "a\nb"


@every_encoding
def test_a_key(tmp_path: Path, encoding: str) -> None:
    file = written(tmp_path / "key", f"{KEY}\n", encoding)
    for line in (f'api_key_file = "{file}"', f'api_key_command = ["cat", "{file}"]'):
        path = written(tmp_path / "c.toml", RELAY + line, encoding)
        assert key_of(path) == Secret(KEY)


def test_a_key_in_a_variable(tmp_path: Path) -> None:
    path = written(tmp_path / "c.toml", RELAY + 'api_key_env = "K"', "utf-8")
    assert key_of(path, K=f"\ufeff{KEY}\n") == Secret(KEY)


@every_encoding
def test_a_certificate(tmp_path: Path, encoding: str) -> None:
    pem = CERTIFICATE.read_text(encoding="utf-8")
    file = written(tmp_path / "ca.pem", pem, encoding)
    path = written(tmp_path / "c.toml", RELAY + f'ca_file = "{file}"', encoding)
    (provider,) = load_settings(config=path, flags=Flags(), environ={}).providers
    assert provider.ca_file == str(file)


@every_encoding
@pytest.mark.parametrize("name", ["p.txt", "p.jsonl", "p"])
def test_prompts(tmp_path: Path, encoding: str, name: str) -> None:
    line = '{"messages": [{"role": "user", "content": "grüß dich"}]}'
    text = "grüß dich\n" if name == "p.txt" else f"{line}\n"
    path = written(tmp_path / name, text, encoding)
    assert read_prompts(path) == ((("user", "grüß dich"),),)


def test_prompts_that_were_put_together(tmp_path: Path) -> None:
    path = tmp_path / "p.jsonl"
    line = '{"messages": [{"role": "user", "content": "x"}]}\n'.encode("utf-8-sig")
    path.write_bytes(line + line)
    assert len(read_prompts(path)) == 2


@every_encoding
@pytest.mark.parametrize("suffix", ["toml", "json"])
def test_a_snapshot(tmp_path: Path, encoding: str, suffix: str) -> None:
    document = {"schema": 1, "kind": "live", "targets": []}
    text = "schema = 1\nkind = 'live'\ntargets = []\n" if suffix == "toml" else json.dumps(document)
    path = written(tmp_path / f"s.{suffix}", text, encoding)
    assert load_snapshot(path) == document


def test_a_recording(tmp_path: Path) -> None:
    path = record(tmp_path / "r.jsonl", good(1.0), good(2.0))
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert is_recording(path)
    record(path, good(3.0))
    with Recording(path) as recording:
        assert len(list(recording.samples())) == 3
        assert recording.broken == 0
