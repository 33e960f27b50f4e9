"""The headless work: each job is a folder, run by a thin command."""
