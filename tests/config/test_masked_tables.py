"""Secrets in a table of a user's own: what is masked, and what is looked for in servers' texts."""

import pytest

from relaytop.config.masked_tables import masked_table, secrets_in
from relaytop.config.masking import MASK


@pytest.mark.parametrize(
    ("table", "masked", "secrets"),
    [
        ({"user": "ops", "n": 2}, {"user": "ops", "n": 2}, []),
        ({"api_key": "hunter2"}, {"api_key": MASK}, ["hunter2"]),
        ({"clientSecret": "a b"}, {"clientSecret": MASK}, ["a b"]),
        (
            {"vertex_credentials": {"user": "x", "ids": ["y", 1]}},
            {"vertex_credentials": {"user": MASK, "ids": [MASK, 1]}},
            ["x", "y"],
        ),
        ({"a": {"b": {"Password": "x"}}}, {"a": {"b": {"Password": MASK}}}, ["x"]),
        ({"tokenizer": "cl100k", "keywords": "k"}, {"tokenizer": "cl100k", "keywords": "k"}, []),
        (
            {"text": "send sk-0123456789abc to"},
            {"text": f"send {MASK} to"},
            ["sk-0123456789abc"],
        ),
        ({"max_completion_tokens": 5}, {"max_completion_tokens": 5}, []),
    ],
)
def test_secrets_of_a_table(
    table: dict[str, object], masked: dict[str, object], secrets: list[str]
) -> None:
    assert masked_table(table) == masked
    assert list(secrets_in(table)) == secrets
