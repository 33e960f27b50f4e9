"""The ledger of usage and spending, in SQLite."""
