"""The doctor: from the config to a streamed reply, one finding a line."""
