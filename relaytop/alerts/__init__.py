"""From summaries to alerts that fire, hold and resolve; pure: no I/O, no clock of its own."""
