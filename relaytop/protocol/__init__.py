"""Messages between processes of relaytop, and their form as lines of JSON."""
