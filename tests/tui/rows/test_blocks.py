"""Where the rows go when they are ordered anew."""

from hypothesis import given
from hypothesis import strategies as st

from relaytop.monitor.group import group_by_provider
from relaytop.tui.rows.blocks import Block, Cursor, hold_in_place, make_blocks

TARGETS = [
    f"{provider}/m{n}"
    for provider, many in (("a", 3), ("b", 9), ("c", 1), ("d", 4))
    for n in range(many)
]
GROUPS = [group for group in group_by_provider(TARGETS) if len(group.targets) > 1]


def keys(blocks: list[Block], folded: frozenset[str] = frozenset()) -> list[str]:
    return [row.key for block in blocks for row in block.rows(folded)]


def test_a_group_is_where_its_first_target_is() -> None:
    blocks = make_blocks(["d/m1", "a/m2", "c/m0", "d/m0", "a/m0"], GROUPS)
    assert keys(blocks) == [
        "provider:d",
        "d/m1",
        "d/m0",
        "provider:a",
        "a/m2",
        "a/m0",
        "c/m0",
    ]
    assert keys(blocks, frozenset({"provider:d"})) == [
        "provider:d",
        "provider:a",
        "a/m2",
        "a/m0",
        "c/m0",
    ]
    assert keys(make_blocks(TARGETS[:2], [])) == TARGETS[:2]


@given(st.permutations(TARGETS), st.integers(0, 16), st.integers(0, 16))
def test_in_a_list_without_groups_it_stays_where_it_was(
    ordered: list[str], at: int, index: int
) -> None:
    key = ordered[at]
    held = keys(list(hold_in_place(make_blocks(ordered, []), Cursor(key, index, 0, 5), ())))
    assert held[index] == key
    assert [each for each in held if each != key] == [each for each in ordered if each != key]


@given(
    st.permutations(TARGETS),
    st.sampled_from([*TARGETS, *(group.key for group in GROUPS)]),
    st.integers(0, 19),
    st.integers(0, 12),
    st.sets(st.sampled_from([group.key for group in GROUPS])),
)
def test_with_groups_scrolling_makes_up_for_what_it_moves(
    ordered: list[str], key: str, line: int, above: int, folded: set[str]
) -> None:
    blocks = make_blocks(ordered, GROUPS)
    before = keys(blocks, frozenset(folded))
    height = 8
    cursor = Cursor(key, above + line % height, above, height)
    if key not in before or cursor.index >= len(before) or above > len(before) - height:
        return
    held = list(hold_in_place(blocks, cursor, folded))
    after = keys(held, frozenset(folded))
    assert sorted(after) == sorted(before)
    assert {block.group for block in held} == {block.group for block in blocks}
    moved = after.index(key) - cursor.index
    possible = any(
        0 <= above + place - cursor.index <= len(before) - height for place in range(len(before))
    )
    assert possible
    # Blocks stay whole, and the targets of the others stay in their order.
    for block in held:
        if key not in block.targets:
            assert block in blocks
    if max(len(block.rows(folded)) for block in blocks) == 1:
        assert moved == 0
