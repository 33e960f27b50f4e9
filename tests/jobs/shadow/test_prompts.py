import json
from pathlib import Path

import pytest

from relaytop.config.errors import RelaytopError
from relaytop.jobs.shadow.prompts import BUILT_IN, read_prompts


def test_a_prompt_a_line(tmp_path: Path) -> None:
    path = tmp_path / "prompts.txt"
    path.write_bytes("\ufeff{not json}\r\n\n  zwei Wörter \n".encode())
    assert read_prompts(path) == ((("user", "{not json}"),), (("user", "zwei Wörter"),))
    assert len(BUILT_IN) == 5


def test_json_lines_and_batch_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "prompts"
    messages = [
        {"role": "developer", "content": "be short"},
        {"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]},
    ]
    batch = {
        "custom_id": "1",
        "method": "POST",
        "url": "/v1/chat/completions",
        "body": {"model": "m", "messages": [{"role": "user", "content": "c"}]},
    }
    path.write_text(json.dumps({"messages": messages}) + "\n" + json.dumps(batch) + "\n")
    assert read_prompts(path) == ((("system", "be short"), ("user", "ab")), (("user", "c"),))
    assert capsys.readouterr() == ("", "")


def test_settings_in_a_line_are_said_to_be_ignored(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "batch.jsonl"
    messages = [{"role": "user", "content": "a"}]
    plain = {"messages": messages, "temperature": 0}
    batch = {"body": {"model": "m", "messages": messages, "max_tokens": 9, "temperature": 1}}
    path.write_text(json.dumps(plain) + "\n" + json.dumps(batch) + "\n")
    assert len(read_prompts(path)) == 2
    ignored = "temperature, max_tokens ignored; --max-tokens applies to all"
    said = f"relaytop: --prompts {path}: {ignored}\n"
    assert capsys.readouterr() == ("", said)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("p.jsonl", b'{"messages": [{"role": "user", "content": "a"}]}\n\nx', "line 3: not JSON"),
        ("p.jsonl", b'{"input": "a"}', "line 1: no messages; expected"),
        ("p.jsonl", b'["a"]', "line 1: no messages; expected"),
        ("p.jsonl", b"[" * 5000, "line 1: not JSON"),
        (
            "p.jsonl",
            b'{"messages": [{"role": "tool", "content": "a"}]}',
            "line 1: a message's role",
        ),
        ("p.jsonl", b'{"messages": [{"role": "user", "content": ""}]}', "must be text"),
        ("p.jsonl", b'{"messages": [{"role": "system", "content": "a"}]}', "of the role user"),
        ("p.txt", b"fine\n\xff\n", "line 2: not UTF-8"),
        ("p.txt", b"\n \n", "contains no prompt"),
    ],
)
def test_an_unreadable_file_is_an_error_with_its_line(
    tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(RelaytopError, match=f"^--prompts .*{words}"):
        read_prompts(path)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(RelaytopError, match="No such file"):
        read_prompts(tmp_path / "none")
