"""Turns the error that ended a call into a code and a message that may be shown."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from kit.errors import AssistError

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a call could not go on.

    Attributes:
        code: Translatable.
        message: English, safe to show.
    """

    code: str
    message: str


def failure_of(error: BaseException) -> Failure:
    """Return what to tell about an error; a bug is logged here and told without details."""
    cause = first_cause(error)
    if isinstance(cause, AssistError):
        log.warning("call_failed", code=cause.error_code, exc_info=cause)
        return Failure(cause.error_code, cause.message)
    if isinstance(cause, FileNotFoundError):
        return Failure("recording_missing", "The recording of this call is gone.")
    log.error("call_crashed", exc_info=cause)
    return Failure("internal_error", "Something went wrong on the server; its log has the details.")


def first_cause(error: BaseException) -> BaseException:
    """Return the first real error inside nested groups."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
