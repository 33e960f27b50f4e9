"""The environment of a user's own program."""

from relaytop.config.child_processes import without_keys


def test_a_users_program_gets_no_key() -> None:
    environ = {
        "PATH": "/bin",
        "OPENAI_API_KEY": "a",
        "MY_KEY": "b",
        "OTEL_EXPORTER_OTLP_HEADERS": "authorization=c",
        "OTEL_EXPORTER_OTLP_METRICS_HEADERS": "authorization=d",
        "OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318",
    }
    assert without_keys(environ, ["environment variable MY_KEY"]) == {
        "PATH": "/bin",
        "OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318",
    }
