"""`--web.config.file`: TLS and passwords of `/metrics`, as Prometheus' exporters have them."""
