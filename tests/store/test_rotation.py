"""The files of one recording."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.store.rotation import part, parts, shift


def test_the_oldest_comes_first_and_gaps_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "rec"
    for number in (0, 1, 3, 100):
        part(path, number).touch()
    assert [name.name for name in parts(path)] == ["rec.100", "rec.3", "rec.1", "rec"]


@given(st.integers(0, 6), st.integers(0, 4))
def test_shifting_keeps_the_newest(
    tmp_path_factory: pytest.TempPathFactory, there: int, keep: int
) -> None:
    path = tmp_path_factory.mktemp("parts") / "rec"
    for number in range(there):
        part(path, number).write_text(str(number))
    shift(path, keep)
    assert not path.exists()
    for number in range(1, keep + 1):
        name = part(path, number)
        assert name.exists() == (number <= there)
        assert not name.exists() or name.read_text() == str(number - 1)


@pytest.mark.parametrize("name", [".", "/", "..", "x\x00y"])
def test_a_path_without_a_name_has_no_parts_but_itself(name: str) -> None:
    assert all(found == Path(name) for found in parts(Path(name)))
