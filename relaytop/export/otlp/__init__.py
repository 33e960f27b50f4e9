"""OTLP: the metrics are sent to an OpenTelemetry collector; with the extra `otlp`."""
