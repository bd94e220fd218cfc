"""Why a recording session is refused, with the SIP answer that says so."""

from __future__ import annotations

from kit.errors import ProtocolError


class RefusedSessionError(ProtocolError):
    """A recording session is refused. The message is for our log: it never repeats what the other side sent.

    Attributes:
        status: SIP status code of the answer.
        reason: Its reason phrase.
        headers: Headers that the answer needs.
    """

    code = "siprec_refused"

    def __init__(self, status: int, reason: str, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason
        self.headers = headers or {}


def malformed(message: str) -> RefusedSessionError:
    """Return the refusal of a message that cannot be read."""
    return RefusedSessionError(400, "Bad Request", message)


def not_acceptable(message: str) -> RefusedSessionError:
    """Return the refusal of an offer of media that we cannot take."""
    return RefusedSessionError(488, "Not Acceptable Here", message)
