"""The lower bounds in pyproject.toml can be had together, and have no known hole."""

from __future__ import annotations

import tomllib
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

if TYPE_CHECKING:
    from collections.abc import Iterator

PROJECT = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text())["project"]
OURS = [*map(Requirement, PROJECT["dependencies"])]
EXTRAS = [
    Requirement(text) for texts in PROJECT["optional-dependencies"].values() for text in texts
]


def floor(requirement: Requirement) -> Version:
    """Return the lowest version that a requirement allows; 0 where it says none."""
    lowest = [Version(s.version) for s in requirement.specifier if s.operator in {">=", "~="}]
    return max(lowest, default=Version("0"))


def needs_of(name: str) -> Iterator[Requirement]:
    """Yield what an installed package needs here."""
    for text in metadata.requires(name) or []:
        found = Requirement(text)
        if found.marker is None or found.marker.evaluate({"extra": ""}):
            yield found


@pytest.mark.parametrize("ours", [*OURS, *EXTRAS], ids=str)
def test_the_suite_runs_on_what_is_allowed(ours: Requirement) -> None:
    assert ours.specifier.contains(metadata.version(ours.name), prereleases=True)


@pytest.mark.parametrize("ours", OURS, ids=str)
def test_a_lower_bound_is_not_below_what_another_dependency_needs(ours: Requirement) -> None:
    name = canonicalize_name(ours.name)
    needed = [
        floor(need)
        for other in OURS
        for need in needs_of(other.name)
        if canonicalize_name(need.name) == name
    ]
    assert Version("0") < floor(ours)
    assert floor(ours) >= max(needed, default=Version("0"))


def test_the_http_parser_has_no_known_hole() -> None:
    """CVE-2025-43859: h11 below 0.16 takes malformed chunked bodies."""
    (httpcore,) = (each for each in OURS if each.name == "httpcore")
    assert floor(httpcore) >= Version("1.0.9")
    (h11,) = (need for need in needs_of("httpcore") if need.name == "h11")
    assert floor(h11) >= Version("0.16")
