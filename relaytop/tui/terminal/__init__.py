"""The driver between the screen and a terminal: few bytes, and never waiting for it."""
