"""A Prometheus, or what speaks its query API, read in place of an engine."""
