"""Names of the rows."""

from relaytop.tui.rows.blocks import Row
from relaytop.tui.rows.labels import make_labels

NAMES = ("huge/never", "huge/good")


def test_of_the_rows_of_one_provider_all_name_it_or_none_does() -> None:
    labels = make_labels(NAMES, ())
    rows = [Row(name, target=name, group=None) for name in NAMES]
    shown = [labels.target_name(row, 11, column_width=11) for row in rows]
    assert shown == [f" {name}" for name in NAMES]
    assert [labels.target_name(row, 10, column_width=10) for row in rows] == [" never", " good"]
    assert labels.target_name(rows[0], 10, column_width=11) == " …never", "a mark stands behind it"
