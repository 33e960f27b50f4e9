"""The page of failures: by class and message, each group unfolds to its newest failures."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from relaytop.monitor.error_groups import group_of
from relaytop.monitor.number_format import format_count
from relaytop.tui.draw.clock import local_time, time_of_day
from relaytop.tui.draw.pages import INDENT, MAX_LINES
from relaytop.tui.draw.text_runs import align_right, cropped, fit, line_width, wrapped
from relaytop.wire.class_meanings import MEANING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from relaytop.monitor.error_groups import ErrorGroup
    from relaytop.monitor.summary import LastError
    from relaytop.tui.draw.glyphs import Glyphs
    from relaytop.tui.draw.pages import Item
    from relaytop.tui.draw.text_runs import Line

    Key = tuple[str, str | None]
    """Class and pattern of a group."""

FOLDED, UNFOLDED = "+", "-"
CLASS_WIDTH = 13
COUNT_WIDTH = 6
MOMENT_WIDTH = 11
HEADER = f"   {'class':<{CLASS_WIDTH}}{'count':>{COUNT_WIDTH}}  {'first':<{MOMENT_WIDTH}}  last"

COUNTS_ALONE = " counts alone: messages and request ids are on the hosts that probe"


def key_of(group: ErrorGroup) -> Key:
    """Return what tells a group from the others of a target."""
    return group.error_class, group.pattern


def most_frequent_first(groups: Sequence[ErrorGroup]) -> list[ErrorGroup]:
    """Sort groups so that they stay where they are while failures come."""
    return sorted(groups, key=lambda group: (-group.count, group.first_at))


def group_items(
    groups: Sequence[ErrorGroup],
    errors: Sequence[LastError],
    now: float,
    width: int,
    glyphs: Glyphs,
    *,
    unfolded: Collection[Key],
    cursor: object,
) -> list[Item]:
    """Draw the groups, the most frequent first, and the single failures of those unfolded.

    Args:
        groups: All of a target.
        errors: Its newest failures, newest first.
        now: Unix seconds.
        width: The cells there are.
        glyphs: The shapes that the terminal can show.
        unfolded: The keys of the groups that are unfolded.
        cursor: The owner of the item that is selected: a group's key, or a failure.
    """
    items: list[Item] = [(None, [cropped([(HEADER, "dim")], width)])]
    for group in most_frequent_first(groups):
        key, is_open = key_of(group), key_of(group) in unfolded
        at = glyphs.cursor if cursor == key else " "
        head = _head(group, now, at + (UNFOLDED if is_open else FOLDED))
        lines = [cropped(head, width), *_message_lines(group, width)]
        if not is_open:
            items.append((key, [*lines, [("", "text")]]))
            continue
        items.append((key, lines))
        single = [error for error in errors if group_of(error, groups) is group]
        items += [(e, _single_lines(e, group, now, width, cursor, glyphs)) for e in single]
        items.append((None, _end_lines(group.count - len(single), width)))
    return items


def class_items(errors: Mapping[str, int], width: int) -> list[Item]:
    """Draw the failures of a row of which only the classes are known, the most frequent first.

    Args:
        errors: Error class → count over the window; may be empty.
        width: The cells there are.
    """
    if not errors:
        return [(None, [[(" no errors seen", "dim")]])]
    items: list[Item] = [(None, [cropped([(COUNTS_ALONE, "dim")], width)])]
    for name, count in sorted(errors.items(), key=lambda item: -item[1]):
        line: Line = [
            (f"{INDENT}{fit(name, CLASS_WIDTH)}", "bad"),
            (align_right(format_count(count), COUNT_WIDTH), "bold"),
            (f"  {MEANING.get(name, '')}", "warn"),
        ]
        items.append((None, [cropped(line, width)]))
    return items


def _end_lines(missing: int, width: int) -> list[Line]:
    """Draw how many failures of a group are not kept singly, and a blank line."""
    text = f"{INDENT}{format_count(missing)} older failures: counted, details not kept"
    blank: Line = [("", "text")]
    return [cropped([(text, "dim")], width), blank] if missing else [blank]


def moment(at: float, now: float) -> str:
    """Return the local time of a moment, with its date where that is not today's."""
    then, today = local_time(at), local_time(now)
    if then[:3] == today[:3]:
        return time_of_day(at)
    return time.strftime("%m-%d %H:%M", then)


def _head(group: ErrorGroup, now: float, signs: str) -> Line:
    times = f"{moment(group.first_at, now):<{MOMENT_WIDTH}}  {moment(group.last_at, now)}"
    return [
        (f"{signs} ", "accent"),
        (fit(group.error_class, CLASS_WIDTH), "bad"),
        (align_right(format_count(group.count), COUNT_WIDTH), "bold"),
        (f"  {times:<{2 * MOMENT_WIDTH + 2}}  ", "dim"),
        (MEANING.get(group.error_class, ""), "warn"),
    ]


def _message_lines(group: ErrorGroup, width: int) -> list[Line]:
    """Draw the newest message in full, and the ids of the newest requests."""
    inside = width - len(INDENT)
    lines: list[Line] = []
    if group.pattern is None:
        lines.append([(INDENT, "text"), (fit("various messages; latest:", inside), "dim")])
    lines += [[(INDENT, "text"), (text, "text")] for text in _wrapped(group.message, inside)]
    if group.request_ids:
        ids = wrapped(f"id {', '.join(group.request_ids)}", inside, MAX_LINES)
        lines += [[(INDENT, "text"), (text, "dim")] for text in ids]
    return lines


def _single_lines(
    error: LastError, group: ErrorGroup, now: float, width: int, cursor: object, glyphs: Glyphs
) -> list[Line]:
    """Draw one failure; words that are the group's own are not repeated."""
    at = glyphs.cursor if cursor is error else " "
    head: Line = [(f"{at}{INDENT[1:]}", "accent"), (f"{moment(error.at, now)}  ", "dim")]
    if error.request_id:
        head.append((f"id {error.request_id}", "dim"))
    lines = [cropped(head, width)]
    if error.message != group.message:
        indent = min(line_width(head[:2]), width // 2)
        texts = _wrapped(error.message, width - indent)
        lines += [[(" " * indent, "text"), (text, "text")] for text in texts]
    return lines


def _wrapped(text: str, width: int) -> tuple[str, ...]:
    return wrapped(text, max(1, width), MAX_LINES)
