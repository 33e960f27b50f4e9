"""Two providers, the same requests, side by side."""
