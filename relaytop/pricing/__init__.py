"""From tokens to money."""
