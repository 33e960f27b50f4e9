"""Errors of connecting and of reading a reply, by class."""

DNS = "dns"
CONNECT = "connect"
TLS = "tls"
PROTOCOL = "protocol"
TOO_LARGE = "too_large"


class ProbeError(Exception):
    """The provider cannot be reached, or its reply exceeds a bound.

    Args:
        error_class: One of this module's.
        message: The reason, without keys or passwords.
    """

    def __init__(self, error_class: str, message: str) -> None:
        super().__init__(message)
        self.error_class = error_class
