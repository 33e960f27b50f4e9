"""How a result is written: one file a report."""
