"""The forms of a report, for a command line that need not load any of them."""

FORMS = ("table", "json", "toml", "markdown")
