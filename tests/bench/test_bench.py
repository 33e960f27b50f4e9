"""The benches under pytest: they print their figures and assert nothing about time."""

import importlib

import pytest

from tests.bench.__main__ import NAMES
from tests.bench.scene import HEADER


@pytest.mark.bench
@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", NAMES)
def test_bench(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    figures = list(importlib.import_module(f"tests.bench.{name}").run())
    assert figures
    with capsys.disabled():
        print("\n".join(["", HEADER, *(figure.line() for figure in figures)]))
