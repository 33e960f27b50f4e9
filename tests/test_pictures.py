"""The pictures and the recording of the pages: each has its scene, is shown and is there."""

import html
import io
import json
import re
import runpy
import subprocess
import sys
from pathlib import Path
from xml.parsers import expat

import pyte
import pytest

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "screenshots"
SCENES = runpy.run_path(str(FOLDER / "scenes.py"))
PICTURES: list[str] = SCENES["pictures"]()
RECORDINGS: list[str] = SCENES["recordings"]()
PAGES = {
    path: path.read_text(encoding="utf-8") for path in (ROOT / "README.md", *ROOT.glob("docs/*.md"))
}


def test_every_scene_has_its_file_and_every_file_its_scene() -> None:
    assert sorted(PICTURES) == sorted(path.stem for path in FOLDER.glob("*.svg"))
    assert sorted(RECORDINGS) == sorted(path.stem for path in FOLDER.glob("*.cast"))
    assert len(set(PICTURES)) == len(PICTURES)


def test_the_pages_show_every_picture_and_none_that_is_not_there() -> None:
    shown = {
        (page.parent / link).resolve()
        for page, text in PAGES.items()
        for link in re.findall(r"!\[[^\]]+\]\(([^)]+)\)", text)
    }
    assert shown == {FOLDER / f"{name}.svg" for name in PICTURES}
    named = " ".join(PAGES.values())
    assert [name for name in RECORDINGS if f"screenshots/{name}.cast" not in named] == []


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_asks_no_other_host_for_anything(name: str) -> None:
    text = (FOLDER / f"{name}.svg").read_text(encoding="utf-8")
    expat.ParserCreate().ParseFile(io.BytesIO(text.encode()))
    assert "@font-face" not in text
    assert re.findall(r"(?:href|src|url)\W{1,3}https?:", text) == []
    assert "monospace;" in text
    assert "no-key-is-needed-here" not in text


@pytest.mark.parametrize("name", RECORDINGS)
def test_a_recording_is_an_asciicast_of_at_most_ninety_seconds(name: str) -> None:
    path = FOLDER / f"{name}.cast"
    assert path.stat().st_size <= 300_000
    header, *events = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    assert header["version"] == 2
    moments = [at_s for at_s, _kind, _text in events]
    assert moments == sorted(moments)
    assert 60 <= moments[-1] <= 90
    assert {kind for _at_s, kind, _text in events} == {"o", "m"}
    screen = pyte.Screen(header["width"], header["height"])
    stream = pyte.Stream(screen)
    seen = ""
    for _at_s, kind, text in events:
        if kind == "o":
            try:
                stream.feed(text)
            except TypeError:  # pyte's, of a question to the terminal
                continue
            seen += "\n".join(screen.display)
    for words in ("1 alert", "direct: 3 down, connect", "resolved after", "≡", "≠"):
        assert words in seen


SHOW = """
import sys
from pathlib import Path
from make import make
from scenes import Showing, Step
steps = (Step(8, keys=("j",), picture="shown"), Step(10, marker="here"), Step(10))
folder = Path(sys.argv[1])
make(Showing("a title", (80, 24), steps, 20.0, recording="run"), folder, folder)
"""


def test_the_program_is_shown_in_a_terminal_and_recorded(tmp_path: Path) -> None:
    command = [sys.executable, "-c", SHOW, str(tmp_path)]
    subprocess.run(command, cwd=FOLDER, check=True, timeout=60, stdout=subprocess.DEVNULL)
    picture = (tmp_path / "shown.svg").read_text(encoding="utf-8")
    assert "a&#160;title" in picture or "a title" in picture
    for words in (">holysheep<", ">P95<", ">events<"):
        assert words in picture
    header, *events = (tmp_path / "run.cast").read_text(encoding="utf-8").splitlines()
    assert json.loads(header)["width"] == 80
    assert [10, "m", "here"] in map(json.loads, events)


def test_words_stand_where_their_cells_are_whatever_the_font() -> None:
    svg_of = runpy.run_path(str(FOLDER / "picture.py"))["svg_of"]
    screen = pyte.Screen(20, 2)
    pyte.Stream(screen).feed("\x1b[1mab\x1b[0m  cd & <e>\r\n\x1b[7m x \x1b[0m")
    svg = svg_of(screen, "title", "name")
    texts = re.findall(r'<text [^>]*\bx="([\d.]+)"[^>]*textLength[^>]*>([^<]*)</text>', svg)
    assert {html.unescape(text): round(float(x) / 12.0) for x, text in texts if text.strip()} == {
        "ab": 0,
        "cd": 4,
        "&": 7,
        "<e>": 9,
        "x": 1,
    }
