"""Widgets that paint lines which `draw/` made."""
