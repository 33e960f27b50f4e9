"""The manual pages: complete, of what --help says, and as `man` shows them."""

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.cli import roff
from relaytop.cli.group import COMMANDS
from tests.support.launch import Invoke, Run

needs_groff = pytest.mark.skipif(shutil.which("groff") is None, reason="no groff here")


def shown(page: str) -> str:
    """A page as a terminal shows it, all on one line; groff complains of nothing."""
    done = subprocess.run(
        ["groff", "-man", "-ww", "-Tutf8", "-P-cbou", "-rHY=0", "-rLL=2000n"],
        input=page,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    return " ".join(done.stdout.split())


@needs_groff
def test_the_page_has_what_the_help_has(invoke: Invoke) -> None:
    text = shown(invoke("man").stdout)
    for heading in ("NAME", "SYNOPSIS", "OPTIONS", "COMMANDS", "FILES", "EXIT STATUS"):
        assert heading in text
    for name, summary in COMMANDS.items():
        assert f"relaytop {name} {' '.join(summary.split())}" in text
    assert "--api-key-env VAR" in text


@needs_groff
def test_there_is_a_page_for_each_command(invoke: Invoke, tmp_path: Path) -> None:
    folder = tmp_path / "man1"
    done = invoke("man", str(folder))
    assert done.stdout.strip() == str(folder)
    assert {path.name for path in folder.iterdir()} == {
        "relaytop.1",
        *(f"relaytop-{name}.1" for name in COMMANDS),
    }
    for name in COMMANDS:
        text = shown((folder / f"relaytop-{name}.1").read_text(encoding="ascii"))
        help_text = invoke(name, "--help").stdout
        described = help_text.partition("\n\n")[2].partition("\nOptions:")[0]
        for word in described.replace("`", "").split():
            assert word in text
        for line in help_text.splitlines():
            if line.startswith("  -"):
                assert line.split("  ")[1] in text


def test_pages_that_are_there_are_replaced(invoke: Invoke, tmp_path: Path) -> None:
    (tmp_path / "relaytop.1").write_text("old")
    invoke("man", str(tmp_path))
    assert (tmp_path / "relaytop.1").read_text().startswith(".TH")
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_a_folder_that_cannot_be_is_a_sentence(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for folder, complaint in (("file", "is a file"), ("file/in", "cannot be written: Not a dir")):
        done = run("man", tmp_path / folder)
        assert done.returncode == 2
        assert complaint in done.stderr


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"])))
def test_no_text_is_a_request_or_an_escape(text: str) -> None:
    for written in (roff.escape(text), roff.prose(text), roff.bold(text)):
        assert written.isascii()
        assert "\n" not in written
        assert written[:1] not in {".", "'"}


HOSTILE = r".SH x|'br|\fBbold\fR|a-b --c|~^`'|\\n[x]|\*x|€ é …|\&|.|\"|'"


@needs_groff
def test_groff_shows_every_character_as_it_is() -> None:
    texts = HOSTILE.split("|")
    lines = [
        line for text in texts for line in (".PP", f"({roff.escape(text)})", roff.escape(text))
    ]
    page = "\n".join([*roff.title("x", "1"), *lines]) + "\n"
    assert " ".join(f"({text}) {text}" for text in texts) in shown(page)
