"""The way from the screen to a terminal: few bytes, and never waiting for it."""
