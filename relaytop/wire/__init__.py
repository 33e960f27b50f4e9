"""The wire format of each API: bytes in, facts out, no I/O."""
