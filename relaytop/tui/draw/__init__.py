"""What the rows and panels look like: pure functions from figures to lines of text."""
