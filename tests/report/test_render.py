"""One report in every form."""

import json
import tomllib
from dataclasses import dataclass, field

import pytest

from relaytop.report.blocks import Block, Column, Lines, Preformatted, Table, Text, columns
from relaytop.report.data import Document, Rows
from relaytop.report.forms import FORMS
from relaytop.report.render import TextOptions, render


@dataclass(frozen=True)
class Fixed:
    """A report that says what it is told to."""

    tree: Document = field(default_factory=dict)
    told: tuple[Block, ...] = ()

    def document(self) -> Document:
        return self.tree

    def blocks(self, _options: TextOptions) -> tuple[Block, ...]:
        return self.told


NAMES = Table(columns("name", "ms", left=("name",)), [("a|b", "1"), ("漢字", "1234")])


def test_plain_text_is_aligned_in_cells() -> None:
    text = render(Fixed(told=(Text("heading", strong=True), NAMES, Lines(["x", "y"]))), "table")
    assert text == "heading\n\nname    ms\na|b      1\n漢字  1234\n\nx\ny"


def test_markdown_escapes_marks_and_keeps_lines_apart() -> None:
    told = (Text("so", strong=True), NAMES, Lines(["x", "y"]), Preformatted(["#  1"]))
    text = render(Fixed(told=told), "markdown")
    table = "| name | ms |\n| :--- | ---: |\n| a\\|b | 1 |\n| 漢字 | 1234 |"
    assert text == f"**so**\n\n{table}\n\nx  \ny\n\n```\n#  1\n```"


def test_an_empty_block_leaves_no_gap() -> None:
    told = (Text("a"), Text(""), Lines([]), Text("b"))
    assert render(Fixed(told=told), "table") == render(Fixed(told=told), "markdown") == "a\n\nb"


def test_a_column_may_be_bounded_and_a_table_go_without_titles() -> None:
    bounded = (Column("key", left=True, max_width=3), Column("from", left=True))
    rows = [("ab", "x"), ("abcdef", "y")]
    text = render(Fixed(told=(Table(bounded, rows, titled=False),)), "table")
    assert text == "ab   x\nabcdef  y"
    assert "| key | from |" in render(Fixed(told=(Table(bounded, rows, titled=False),)), "markdown")


def test_what_is_not_known_is_absent_from_data() -> None:
    report = Fixed({"a": None, "b": [{"c": None, "d": 1}], "e": {"f": None}})
    wanted = {"b": [{"d": 1}], "e": {}}
    assert json.loads(render(report, "json")) == wanted
    assert tomllib.loads(render(report, "toml")) == wanted


def test_a_list_has_a_name_in_toml_alone() -> None:
    report = Fixed(Rows("prices", [{"a": 1}]))
    assert json.loads(render(report, "json")) == [{"a": 1}]
    assert tomllib.loads(render(report, "toml")) == {"prices": [{"a": 1}]}


@pytest.mark.parametrize("form", FORMS)
def test_ascii_holds_in_every_form_and_data_says_the_same(form: str) -> None:
    tree = {"名 – 🚀": 'a "•"'}
    told = (Text("– 漢"), NAMES)
    text = render(Fixed(tree, told), form, ascii_only=True)
    assert text.isascii()
    if form == "json":
        assert json.loads(text) == tree
    elif form == "toml":
        assert tomllib.loads(text) == tree
    else:
        assert text.startswith("- ?")
