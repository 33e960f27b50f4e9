"""The key that must not be seen, and how to look for it."""

KEY = "hk-7Qz4Rt9Wm2Xv8Bn3Kd6Ls1"
PART = 8
"""Characters of it that already tell too much."""


def leaked_parts(text: str | bytes) -> list[str]:
    """Return the parts of the key that a text holds, in whatever case."""
    text = (text.decode("latin-1") if isinstance(text, bytes) else text).lower()
    parts = (KEY[i : i + PART].lower() for i in range(len(KEY) - PART + 1))
    return [part for part in parts if part in text]
