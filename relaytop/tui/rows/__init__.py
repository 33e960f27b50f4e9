"""The rows of the table: which are listed, in which groups, and in which order."""
