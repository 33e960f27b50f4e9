"""A user's own mistake does not repeat the key that it holds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.config.errors import RelaytopError
from relaytop.config.masking import MASK, mask_secrets, mask_urls, shown_path, shown_variable

KEY = "sk-proj-Zk3vT9qLw82mXcP0aB7d"
GOOGLE = "AIzaSyA1b2C3d4E5f6G7h8"
UUID = "9f1c2b3a-4d5e-6f70-8192-a3b4c5d6e7f8"
HEX = "0f3a9c5be17d42a8b6c0d9e8f7a61234"


@pytest.mark.parametrize(
    "sentence",
    [
        "'{key}' is not an http or https URL",
        "https://user:{key}@host/v1 is no URL",
        "htps:/x:{key}@host/v1",
        "https://host/v1?key={key} has a query",
        "https://host/v1?api-version=1&sig={key}",
        "https://host/v1#{key} has a fragment",
        "header 'Bearer {key}' is no name",
        "no such model: {key}",
        "environment variable {key} is not set",
    ],
)
@pytest.mark.parametrize("key", [KEY, HEX, GOOGLE, UUID])
def test_what_looks_like_a_key_is_masked_wherever_it_stands(sentence: str, key: str) -> None:
    shown = mask_secrets(sentence.format(key=key))
    assert key not in shown
    assert MASK in shown
    assert not any(key[i : i + 10] in shown for i in range(len(key) - 10))


@pytest.mark.parametrize(
    "sentence",
    [
        "config.toml, line 3: interval: '5 seconds' is not a valid duration; write it as 5s",
        "/home/user/.local/share/relaytop/snapshots/live-20261126T000918.471Z.toml: no such file",
        "no target 'openrouter/anthropic/claude-sonnet-4.5-20250929'; did you mean …",
        "write it as https://host/v1",
        "meta-llama/llama-3.3-70b-instruct: no such model",
        "ops@example.com wrote this",
        "internationalization and 1234567890123456789012",
        "http://127.0.0.1:8080/v1 is taken twice",
    ],
)
def test_ordinary_words_stay(sentence: str) -> None:
    assert mask_secrets(sentence) == sentence


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("https://hooks.slack.com/services/T0/B0/x", "https://hooks.slack.com/••••"),
        ("curl: tgram://1234:abc/5 failed", "curl: tgram://•••• failed"),
        ("-d=http://h?token=x' 2", "-d=http://h/••••' 2"),
        ("http://am:9093 and http://am:9093/", "http://am:9093 and http://am:9093/"),
        ("/usr/local/bin/page --loud", "/usr/local/bin/page --loud"),
    ],
)
def test_of_a_webhooks_url_the_host_stays(text: str, masked: str) -> None:
    assert mask_urls(text) == masked


@given(st.text(max_size=300) | st.text("ab:@/?=&#1 -", max_size=3000))
def test_any_text_can_be_masked(text: str) -> None:
    assert isinstance(mask_secrets(text), str)


def test_names_that_do_not_look_like_names() -> None:
    assert shown_variable("OPENAI_API_KEY") == "OPENAI_API_KEY"
    assert "hunter2" not in shown_variable("hunter2secret")
    assert shown_path("/run/keys/relay") == "/run/keys/relay"
    assert shown_path("pass") == "pass"
    assert KEY not in shown_path(KEY)
    assert "a3f9" not in shown_path("my-own-relays-key-is-a3f9-and-long")


def test_a_sentence_holds_nothing_that_a_terminal_obeys() -> None:
    sentence = str(RelaytopError("/home/x\x1b[2J\x00\u202e: no such file\nand é"))
    assert sentence == "/home/x\\x1b[2J\\x00\\u202e: no such file\nand é"
