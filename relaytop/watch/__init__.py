"""A watch in progress, whoever looks: the engine or what stands in for it, and a monitor."""
