"""The root of every error the product raises on purpose.

A class that does not choose an HTTP status fails at import: expected conflicts must never become a 500 by
default. `message` is safe to show and is English; user interfaces translate by `code`.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar


class AssistError(Exception):
    """Root of all deliberate errors.

    Attributes:
        code: Stable, translatable, `lower_snake_case`; part of the public API.
        message: One sentence that names the problem and the fix; safe to show.
        details: Values for the translated text; never personal data.
    """

    code: ClassVar[str] = ""
    http_status: ClassVar[int] = 0

    def __init__(self, message: str, *, code: str | None = None, **details: object) -> None:
        super().__init__(message)
        self.message = message
        self.error_code = code or type(self).code
        self.details: Mapping[str, object] = details

    def __reduce__(self) -> tuple[object, ...]:
        """Let processes send each other errors: Python would call the class with the message alone."""
        return _remade, (type(self), self.message, self.__dict__)

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        if not cls.http_status:
            raise TypeError(f"{cls.__name__} must choose an http_status")
        if not cls.code:
            raise TypeError(f"{cls.__name__} must choose a code")


def _remade(kind: type[AssistError], message: str, state: dict[str, object]) -> AssistError:
    error = kind.__new__(kind, message)
    error.__dict__.update(state)
    return error


class DomainError(AssistError):
    """Expected by the rules of the business; never paged."""

    code = "domain_error"
    http_status = 400


class InvalidInputError(DomainError):
    """A value that a schema cannot judge is wrong; `field` names it."""

    code = "invalid_input"
    http_status = 422

    def __init__(self, message: str, *, field: str, code: str | None = None, **details: object) -> None:
        super().__init__(message, code=code, field=field, **details)
        self.field = field


class NotFoundError(DomainError):
    """The thing named does not exist, or the caller may not know that it does."""

    code = "not_found"
    http_status = 404


class ConflictError(DomainError):
    """Illegal transition or stale revision."""

    code = "conflict"
    http_status = 409


class NotSignedInError(DomainError):
    """No valid session came with the request."""

    code = "not_signed_in"
    http_status = 401


class NotAllowedError(DomainError):
    """Signed in, without the permission."""

    code = "not_allowed"
    http_status = 403


class TooLargeError(DomainError):
    """The payload is above the configured limit."""

    code = "too_large"
    http_status = 413


class TooManyRequestsError(DomainError):
    """A limit on how often or how many at once was reached; `details` may hold `retry_after_seconds`."""

    code = "too_many_requests"
    http_status = 429


class DependencyCategory(StrEnum):
    """Why a dependency failed."""

    CONNECTIVITY = "connectivity"
    TIMEOUT = "timeout"
    OVERLOADED = "overloaded"
    REJECTED = "rejected"
    MISCONFIGURED = "misconfigured"


class DependencyError(AssistError):
    """A part beside us (speech, search, database, PBX) failed; the caller degrades or answers 503."""

    code = "dependency_failed"
    http_status = 503

    def __init__(
        self,
        message: str,
        *,
        category: DependencyCategory,
        retryable: bool,
        code: str | None = None,
        **details: object,
    ) -> None:
        super().__init__(message, code=code, **details)
        self.category = category
        self.retryable = retryable


class ProtocolError(AssistError):
    """A peer sent what we cannot accept (audio, WebSocket, later AMI)."""

    code = "protocol_error"
    http_status = 400


class MisconfiguredError(AssistError):
    """Start check failed; the message names the variable and the command that mends it."""

    code = "misconfigured"
    http_status = 500
