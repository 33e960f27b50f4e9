"""ARCHITECTURE.md is true: it names every folder, in the order in which they may import."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")


def folders_on_the_page() -> list[str]:
    house = PAGE[PAGE.index("## The house") : PAGE.index("## The way of the data")]
    return re.findall(r"^\| `(\w+)/` \|", house, re.MULTILINE)


def test_every_folder_is_on_the_page() -> None:
    there = {path.parent.name for path in (ROOT / "relaytop").glob("*/__init__.py")}
    assert set(folders_on_the_page()) == there


def test_the_order_on_the_page_is_the_contracts() -> None:
    document = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = document["tool"]["importlinter"]["contracts"]
    (layers,) = (contract["layers"] for contract in contracts if contract["type"] == "layers")
    assert folders_on_the_page() == [name.removeprefix("relaytop.") for name in reversed(layers)]


def test_what_the_pages_link_to_and_name_is_there() -> None:
    for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]:
        text = page.read_text(encoding="utf-8")
        for link in re.findall(r"\]\(([^)#:]+)\)", text):
            assert (page.parent / link).exists(), f"{page.name} links to {link}"
        for path in re.findall(r"`((?:relaytop|tests|screenshots)/[\w/.]+)`", text):
            if "NAME" not in path:
                assert (ROOT / path).exists(), f"{page.name} names {path}"
