"""How the screen reaches a terminal: few bytes, and never waiting for it."""
