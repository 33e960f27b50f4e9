"""The users' requests beside the probes, from what production already exports to Prometheus."""
