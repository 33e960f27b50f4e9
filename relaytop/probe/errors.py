"""What can go wrong on the way to a reply."""

DNS = "dns"
CONNECT = "connect"
TLS = "tls"
PROTOCOL = "protocol"
TOO_LARGE = "too_large"


class PathError(Exception):
    """There is no way to the provider, or what came over it goes past a bound.

    Args:
        error_class: One of this module's.
        message: What happened, in words.
    """

    def __init__(self, error_class: str, message: str) -> None:
        super().__init__(message)
        self.error_class = error_class
