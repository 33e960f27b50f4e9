"""What was used and spent, kept in SQLite."""
