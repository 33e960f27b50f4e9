"""The schedule, back-off and budget; runs in a process of its own."""
