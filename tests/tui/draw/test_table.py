import pytest

from relaytop.tui.draw.columns import fit_columns
from relaytop.tui.draw.glyphs import ASCII, UNICODE
from relaytop.tui.draw.table import header, hidden_rows


@pytest.mark.parametrize(
    ("above", "below", "width", "said"),
    [
        (0, 0, 30, ""),
        (0, 6, 30, "target  ↓6 more"),
        (3, 6, 30, "target  ↑3 ↓6 more"),
        (3, 6, 13, "target ↑3 ↓6"),
        (12, 260, 13, "↑12 ↓260"),
    ],
)
def test_what_is_out_of_sight_is_counted(above: int, below: int, width: int, said: str) -> None:
    assert hidden_rows(above, below, width, UNICODE) == said
    assert hidden_rows(above, below, width, ASCII) == said.replace("↑", "^").replace("↓", "v")


def test_the_header_says_so_in_its_place() -> None:
    columns = fit_columns(80, 30)
    plain, told = (header(columns, "10m", hidden) for hidden in ("", "target ↓6"))
    assert "".join(text for text, _role in told) == "".join(text for text, _role in plain).replace(
        "target   ", "target ↓6"
    )
