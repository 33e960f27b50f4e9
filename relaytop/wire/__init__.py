"""How each API speaks: bytes in, facts out, no I/O."""
