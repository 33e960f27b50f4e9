"""Names of the rows."""

from relaytop.tui.rows.blocks import Row
from relaytop.tui.rows.labels import make_labels

NAMES = ("huge/never", "huge/good")


def test_of_the_rows_of_one_provider_all_name_it_or_none_does() -> None:
    labels = make_labels(NAMES, ())
    rows = [Row(name, target=name, group=None) for name in NAMES]
    assert [labels.short(row, 10, column_width=10) for row in rows] == [*NAMES]
    assert [labels.short(row, 9, column_width=9) for row in rows] == ["never", "good"]
    assert labels.short(rows[0], 9, column_width=10) == "…never", "a mark stands behind it"
