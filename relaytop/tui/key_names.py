"""Names of keys: Textual's, those that a user writes in `[keys]`, and their labels."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from textual.binding import Binding
from textual.keys import KEY_ALIASES, REPLACED_KEYS, Keys, key_to_character

if TYPE_CHECKING:
    from relaytop.tui.draw.glyphs import Glyphs

LABELS = {
    "escape": "esc",
    "pageup": "pgup",
    "pagedown": "pgdn",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
}
"""Textual's name of a key → its label on a keyboard, where it is another."""
NAMED = frozenset(key.value for key in Keys if not key.value.startswith("<"))
"""Keys that are no character, by Textual's names."""
WRITTEN = {
    **{label: name for name, label in LABELS.items()},
    **{alias: name for name, aliases in KEY_ALIASES.items() for alias in aliases},
    "return": "enter",
    "del": "delete",
    "ins": "insert",
    "page_up": "pageup",
    "page_down": "pagedown",
    "ctrl+[": "escape",
}
"""Another name of a key → Textual's."""
MODIFIED = re.compile(r"(?:ctrl|alt|ctrl\+alt)\+[a-z0-9]|alt\+shift\+[a-z]")
"""Characters with a modifier, as terminals send them."""


def character_of(key: str) -> str | None:
    """Return the character that a key types, by Textual's name of it; None where it is none."""
    if key in NAMED:  # some are characters' names too
        return None
    character = key_to_character(REPLACED_KEYS.get(key, key))
    if character is None or not character.isprintable() or character == " ":
        return None
    return character


def key_label(key: str, glyphs: Glyphs) -> str:
    """Return the label of a key, by Textual's name of it."""
    label = LABELS.get(key) or character_of(key) or key
    if label.startswith("ctrl+"):
        label = "^" + label.removeprefix("ctrl+")
    return glyphs.arrows.get(label, label)


def written_key(key: str) -> str:
    """Return a key as `[keys]` has it, by Textual's name of it."""
    character = character_of(key)
    return key if character is None or character == "," else character


def read_key(text: str) -> str | None:
    """Return Textual's name of a key that a user wrote; None where there is no such key."""
    text = text.strip()
    if len(text) > 1:
        text = text.lower()
        text = f"ctrl+{text[1:]}" if text.startswith("^") else text
    if text in WRITTEN:
        return WRITTEN[text]
    if text in NAMED or MODIFIED.fullmatch(text):
        return text
    if len(text) > 1:
        text = character_of(text) or ""
    if not text.isprintable() or not text.strip():
        return None
    if text == ",":  # it would part two keys
        return "comma"
    key = next(iter(Binding.make_bindings([Binding(text, "")]))).key
    # Textual's name of a character such as « does not tell which one it was.
    return key if character_of(key) == text else None
