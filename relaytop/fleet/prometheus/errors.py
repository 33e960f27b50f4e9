"""The error of a Prometheus that cannot be asked: one sentence."""


class PrometheusError(Exception):
    """What is wrong, without the URL's host, which the screen names beside it.

    Args:
        sentence: The reason, one line without control characters.
        asks_less: Whether the query was refused for what it would have read.
    """

    def __init__(self, sentence: str, *, asks_less: bool = False) -> None:
        super().__init__(sentence)
        self.asks_less = asks_less
