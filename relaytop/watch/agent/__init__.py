"""The monitor without a screen, and how others on this machine read it."""
