"""The look of rows and panels: pure functions from figures to lines of text."""
