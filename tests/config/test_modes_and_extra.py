"""`mode` and `extra`: where they may stand, which one holds, and what is refused."""

from pathlib import Path

import pytest

from relaytop.config.errors import ConfigError
from relaytop.config.flags import Flags
from relaytop.config.load import load_settings
from relaytop.config.settings import Settings

PROVIDER = '[providers.p]\nbase_url = "http://127.0.0.1:9/v1"\nmodels = ["a", "b"]\n'


def load(tmp_path: Path, text: str) -> Settings:
    path = tmp_path / "c.toml"
    path.write_text(text)
    return load_settings(config=path, flags=Flags(), environ={})


def refusal(tmp_path: Path, text: str) -> str:
    with pytest.raises(ConfigError) as error:
        load(tmp_path, text)
    return str(error.value)


def test_a_target_beats_its_provider_which_beats_the_default(tmp_path: Path) -> None:
    text = (
        "[probe]\nextra = { user = 'x', seed = 1 }\n"
        f"{PROVIDER}mode = 'responses'\nextra = {{ seed = 2 }}\n"
        "[targets.'p/b']\nmode = 'embeddings'\nextra = { dimensions = 8 }\n"
    )
    settings = load(tmp_path, text)
    a, b = settings.targets
    assert (a.mode, a.extra) == ("responses", {"user": "x", "seed": 2})
    assert (b.mode, b.extra) == ("embeddings", {"user": "x", "seed": 2, "dimensions": 8})
    added = settings.new_target("p", "c", "rerank")
    assert (added.mode, added.extra) == ("responses", {"user": "x", "seed": 2})


@pytest.mark.parametrize(
    ("before", "after", "place"),
    [
        ("", "extra = { documents = ['x'] }\nmode = 'rerank'", "line 4: providers.p.extra"),
        (
            "",
            "[targets.'p/b']\nmode = 'rerank'\nextra = { documents = ['x'] }",
            "line 6: targets.p/b.extra",
        ),
        (
            "[probe]\nextra = { documents = ['x'] }\n",
            "[targets.'p/b']\nmode = 'rerank'",
            "line 2: probe.extra",
        ),
    ],
)
def test_a_reranker_is_sent_documents_of_ours(
    tmp_path: Path, before: str, after: str, place: str
) -> None:
    told = refusal(tmp_path, f"{before}{PROVIDER}{after}\n")
    assert place in told.replace('"', "")
    assert "documents is set by relaytop in mode rerank" in told
    load(tmp_path, f"{before}{PROVIDER}{after}\n".replace("rerank", "chat"))


def test_what_is_offered_has_the_mode_that_its_list_tells(tmp_path: Path) -> None:
    settings = load(tmp_path, PROVIDER)
    assert settings.new_target("p", "c", "rerank").mode == "rerank"
    assert settings.new_target("p", "c").mode == "chat"


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ("mode = 'embedding'", "'embedding' is not a mode; did you mean 'embeddings'?"),
        ("mode = 3", "valid string"),
        ("api = 'anthropic'\nmode = 'rerank'", "api anthropic has no mode rerank; valid: chat"),
        ("extra = { model = 'x' }", "model is set by relaytop; list it in the provider's `models`"),
        ("extra = { max_tokens = 5 }", "set `max_tokens` outside of extra"),
        ("extra = { generationConfig = { maxOutputTokens = 5 } }", "maxOutputTokens is set by"),
        ("extra = { generation_config = { max_output_tokens = 5 } }", "write it as generationC"),
        ("extra = { options = { num_predict = 5 } }", "num_predict is set by"),
        ("extra = { content = 'a' }", "content is set by relaytop; set `prompt`"),
        ("extra = { n = 0 }", "n must be a whole number from 1 to 16"),
        ("extra = { n = 1.5 }", "n must be a whole number from 1 to 16"),
        ("extra = { since = 2026-01-01 }", "dates and times cannot be sent as JSON"),
        ("extra = { temperature = nan }", "inf and nan cannot be sent as JSON"),
        ("extra = 'x'", "valid dictionary"),
        (f"extra = {{ text = '{'x' * 70_000}' }}", "bytes of JSON; at most 65,536"),
    ],
)
def test_a_mistake_is_told_with_its_place(tmp_path: Path, lines: str, sentence: str) -> None:
    told = refusal(tmp_path, f"{PROVIDER}{lines}\n")
    assert sentence in told
    assert "providers.p" in told


def test_the_mode_of_a_target_must_be_one_of_its_api(tmp_path: Path) -> None:
    told = refusal(tmp_path, f"{PROVIDER}api = 'gemini'\n[targets.'p/a']\nmode = 'responses'\n")
    assert 'targets."p/a".mode' in told
    assert "api gemini has no mode responses; valid: chat, embeddings" in told


def test_flags_have_a_mode_too() -> None:
    flags = Flags(base_url="http://127.0.0.1:9/v1", models=("bge-m3",), mode="embeddings")
    settings = load_settings(config=None, flags=flags, environ={})
    assert settings.targets[0].mode == "embeddings"
    with pytest.raises(ConfigError, match="--mode: api anthropic has no mode rerank"):
        load_settings(
            config=None,
            flags=Flags(base_url="http://127.0.0.1:9", api="anthropic", mode="rerank"),
            environ={},
        )
