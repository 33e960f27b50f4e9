"""The reply of a path of the server for `/metrics`."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

TEXT = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request is answered."""

    body: bytes
    content_type: str = TEXT
    status: HTTPStatus = HTTPStatus.OK
    headers: tuple[tuple[str, str], ...] = ()


def refusal(status: HTTPStatus, headers: tuple[tuple[str, str], ...] = ()) -> Answer:
    """Return the reply that says no more than a status does."""
    return Answer(f"{status.phrase.lower()}\n".encode(), status=status, headers=headers)
