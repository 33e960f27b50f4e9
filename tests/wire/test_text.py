import base64
import copy
import pickle
import unicodedata
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.config.settings import Provider, Secret
from relaytop.wire.text import HIDDEN, clean, safe, scrub

KEY = "sk-proj-Zx81kQpTt0aLm4Vw9"


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("plain words", "plain words"),
        ("a\x1b[31mred\x1b[0m b", "ared b"),
        ("title \x1b]0;owned\x07 gone", "title gone"),
        ("clip \x1b]52;c;aGk=\x1b\\ board", "clip board"),
        ("dcs \x1bPq#0\x1b\\ x", "dcs x"),
        ("eight \x9b31m bit", "eight bit"),
        ("eight-bit osc \x9d0;owned\x07 gone", "eight-bit osc gone"),
        ("eight-bit dcs \x90q#0\x9c x", "eight-bit dcs x"),
        ("bidi \u202eevil\u202c \u2066x\u2069", "bidi evil x"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("two\r\nlines\tand   blanks ", "two lines and blanks"),
        ("nul\x00 bell\x07", "nul bell"),
        ("[bold red]markup[/]", "[bold red]markup[/]"),
    ],
)
def test_what_a_server_says_is_made_one_safe_line(raw: str, shown: str) -> None:
    assert clean(raw) == shown


@given(st.text(max_size=400))
def test_no_control_and_no_format_character_is_left(raw: str) -> None:
    shown = clean(raw)
    assert len(shown) <= 300
    assert not any(unicodedata.category(c).startswith("C") for c in shown)
    assert clean(shown) == shown


@pytest.mark.parametrize(
    "echo",
    [
        f"Incorrect API key provided: {KEY}.",
        f"key {KEY[:12]}… is not valid",
        f"key ending in {KEY[-8:]}",
        f"in the middle {KEY[6:15]} of it",
        f"{KEY}{KEY} twice",
        f"Authorization: Bearer {KEY}",
    ],
)
def test_a_key_is_taken_out_whole_and_in_part(echo: str) -> None:
    shown = scrub(echo, [KEY])
    assert HIDDEN in shown
    assert not any(KEY[i : i + 8] in shown for i in range(len(KEY) - 7))


def test_what_looks_like_a_key_is_taken_out_too() -> None:
    for echo in (
        "sk-abcdef123456",
        "sk-abc...wxyz",
        "sk-abc…wxyz",
        "sk-ab****yz",
        "gsk_abcdef123456",
        "AIzaSyD-1234567890abc",
        "Bearer a1b2c3d4e5",
        "bearer abcd****wxyz",
    ):
        assert scrub(f"no such key {echo} here", []) == f"no such key {HIDDEN} here"


@pytest.mark.parametrize(
    "words", ["task-oriented disk-bound sketch", "use Bearer authentication", "key-management"]
)
def test_plain_words_are_left_alone(words: str) -> None:
    assert scrub(words, []) == words


@given(st.text(alphabet="sk-projZx81 \x1b[m", max_size=60))
def test_an_escape_cannot_smuggle_a_key_through(noise: str) -> None:
    shown = safe(noise + "sk-proj-\x1b[0mZx81kQpTt0aLm4Vw9" + noise, [KEY])
    assert "Zx81kQpTt0" not in shown


LONG_KEY = "sk-test-abcdefghijklmnop0123+/x"


def echoes(key: str) -> dict[str, str]:
    """Return what a server may make of a key."""
    data = key.encode()
    found = {
        "hex": data.hex(),
        "HEX": data.hex().upper(),
        "percent": "".join(f"%{byte:02X}" for byte in data),
        "quoted": quote(key, safe=""),
        "json": "".join(f"\\u{ord(char):04x}" for char in key),
        "html": "".join(f"&#{ord(char)};" for char in key),
        "lines": "\n".join(key),
        "columns": " ".join(key[i : i + 5] for i in range(0, len(key), 5)),
        "upper": key.upper(),
    }
    for before in ("", "x", "xy", "Bearer "):
        coded = f"{before}{key} and more".encode()
        found[f"base64 {len(before)}"] = base64.b64encode(coded).decode()
        url_safe = base64.urlsafe_b64encode(coded).decode()
        found[f"base64 for URLs {len(before)}"] = url_safe.rstrip("=")
    return found


@pytest.mark.parametrize(("name", "echo"), echoes(LONG_KEY).items())
def test_a_key_is_hidden_in_whatever_form_it_is_echoed(name: str, echo: str) -> None:
    shown = safe(f"invalid key: {echo} (code 7)", [LONG_KEY])
    assert HIDDEN in shown
    assert shown.startswith("invalid key:")
    dense = "".join(shown.split())
    coded = "".join(echo.split())
    end = len(coded) - 14 if "base64" not in name else 24
    assert not any(coded[i : i + 14] in dense for i in range(10, end))


@given(st.text(max_size=400), st.text("abcdefgh0123+/-_", min_size=12, max_size=60))
def test_no_text_breaks_the_search_for_echoes(text: str, key: str) -> None:
    assert isinstance(safe(text, [key]), str)


def test_a_key_leaves_nothing_in_a_repr_or_a_pickle() -> None:
    secret = Secret(LONG_KEY)
    proxy = f"http://u:{LONG_KEY}@h"
    provider = Provider(
        name="p", base_url="http://x", key=secret, headers={"X": LONG_KEY}, proxy=proxy
    )
    assert LONG_KEY not in repr(secret) + str(secret) + f"{secret}" + repr(provider)
    assert LONG_KEY.encode() not in pickle.dumps(secret)
    assert copy.deepcopy(secret).reveal() == LONG_KEY
