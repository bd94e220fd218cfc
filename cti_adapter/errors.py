"""Errors of the telephone exchange, translated where they enter."""

from __future__ import annotations

from kit.errors import DependencyCategory, DependencyError, NotFoundError


class PBXUnreachableError(DependencyError):
    """The exchange does not answer: nothing was sent, so the command may be given again."""

    code = "pbx_unreachable"
    http_status = 503

    def __init__(self, message: str) -> None:
        super().__init__(message, category=DependencyCategory.CONNECTIVITY, retryable=True)


class PBXTimeoutError(DependencyError):
    """The exchange was asked and did not answer in time: whether it acted is unknown."""

    code = "pbx_timeout"
    http_status = 504

    def __init__(self, message: str) -> None:
        super().__init__(message, category=DependencyCategory.TIMEOUT, retryable=False)


class PBXRejectedError(DependencyError):
    """The exchange refused an action; the message carries its reason."""

    code = "pbx_rejected"
    http_status = 503

    def __init__(self, message: str) -> None:
        super().__init__(message, category=DependencyCategory.REJECTED, retryable=False)


class PBXSignInError(DependencyError):
    """The exchange refused our user name or password."""

    code = "pbx_sign_in_refused"
    http_status = 503

    def __init__(self, message: str) -> None:
        super().__init__(message, category=DependencyCategory.MISCONFIGURED, retryable=False)


class LegNotFoundError(NotFoundError):
    """The leg or call has ended, or never was; both look alike to whoever asks late."""

    code = "leg_not_found"
    http_status = 404
