"""The page of providers has each preset as it is."""

from pathlib import Path

from relaytop.config.presets import PRESETS

PAGE = Path(__file__).parents[2] / "docs" / "providers.md"


def test_each_preset_has_its_row() -> None:
    text = PAGE.read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    assert len(rows) == len(PRESETS)
    for preset, row in zip(PRESETS, rows, strict=True):
        key = preset.key_env or " ".join(preset.key_command) or "none"
        for part in (preset.name, preset.base_url, key, preset.note, preset.source):
            assert part in row
