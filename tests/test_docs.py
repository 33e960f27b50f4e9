"""docs/ is complete: every command, every key of the config, every key of the screen."""

import re
from pathlib import Path

import pytest
from textual.binding import Binding

from relaytop.cli.group import COMMANDS
from relaytop.config.schema import TABLES, known_keys
from relaytop.tui.draw.glyphs import UNICODE
from relaytop.tui.key_names import key_label
from relaytop.tui.keys import PLACES

DOCS = Path(__file__).parent.parent / "docs"


def section(page: str, heading: str) -> str:
    """The text from a heading to the next one of its level or above."""
    text = (DOCS / page).read_text(encoding="utf-8")
    level = heading.partition(" ")[0]
    below = text[text.index(f"\n{heading}\n") + len(heading) + 2 :]
    return re.split(rf"^#{{1,{len(level)}}} ", below, maxsplit=1, flags=re.MULTILINE)[0]


def test_every_command_is_in_the_table() -> None:
    text = (DOCS / "commands.md").read_text(encoding="utf-8")
    table = text[: text.index("\n## ")]
    assert [name for name in COMMANDS if f"`relaytop {name}" not in table] == []


@pytest.mark.parametrize("path", [(), *((table, "x") for table in TABLES)])
def test_every_key_of_the_config_is_explained(path: tuple[str, ...]) -> None:
    text = section("configuration.md", "## Every key")
    nested = {"providers": [("providers", "x", "prices")], "fleet": [("fleet", "traffic", "x")]}
    if path[:1] in {("aliases",), ("keys",)}:  # the names in them are the user's
        assert f"`[{path[0]}]`" in text
        return
    where = [path, *nested.get(path[0], [])] if path else [path]
    keys = [(key, ".".join((*each[:1], key))) for each in where for key in known_keys(each)]
    assert [
        key
        for key, dotted in keys
        if not any(sign in text for sign in (f"`{key}", f"`[{key}", f"`[{dotted}"))
    ] == []


def test_every_key_of_the_screen_is_in_its_tables() -> None:
    text = section("screen.md", "## Keys")
    labels = {
        f"`{key_label(binding.key, UNICODE)}`"
        for binding in Binding.make_bindings([each for place in PLACES.values() for each in place])
    }
    assert sorted(label for label in labels if label not in text) == []
