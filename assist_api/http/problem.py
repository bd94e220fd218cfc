"""Errors as RFC 9457 problem documents; nothing a caller sent is ever echoed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import structlog
from fastapi import FastAPI, Request, WebSocket
from fastapi.exceptions import RequestValidationError
from pydantic import Field
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketState

from assist_api.http.schemas import OutputModel
from kit.db_faults import STORAGE_FAULTS
from kit.disk import DiskFullError, is_disk_full
from kit.errors import AssistError, InvalidInputError

MEDIA_TYPE = "application/problem+json"
CLOSE_CODE_BASE = 4000
"""A socket closes with this plus the HTTP status (4401, 4403, 4404 …) and the error's code as its reason."""
log = structlog.get_logger(__name__)

_STATUS_CODES = {
    400: "bad_request",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "media_type_unsupported",
}
_FIELD_CODES = {
    "missing": "required",
    "extra_forbidden": "unknown_field",
    "string_too_short": "too_short",
    "too_short": "too_short",
    "string_too_long": "too_long",
    "too_long": "too_long",
    "string_pattern_mismatch": "wrong_format",
    "uuid_parsing": "wrong_format",
    "uuid_type": "wrong_format",
    "enum": "unknown_value",
    "literal_error": "unknown_value",
}
_BODY_LOCATIONS = frozenset({"body", "query", "path", "header", "cookie"})


class FieldProblem(OutputModel):
    """One field that cannot be used."""

    field: str = Field(description="Path of the field, dots between levels")
    code: str
    message: str


class Problem(OutputModel):
    """RFC 9457 problem document; user interfaces translate by `code`."""

    type: str = Field(description="Always `about:blank`: `code` tells problems apart")
    title: str = Field(description="The HTTP status in words")
    status: int
    code: str = Field(description="Stable, translatable")
    detail: str = Field(description="One English sentence")
    field: str | None = Field(description="The field at fault, when there is one")
    errors: list[FieldProblem] = Field(description="Every field at fault of an invalid request")
    details: dict[str, Any] = Field(description="Values for the translated text; never personal data")


PROBLEM_RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {"description": text, "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
    for status, text in {
        400: "The request cannot be read",
        401: "Not signed in",
        403: "Not allowed",
        404: "Not found",
        409: "Conflict with the present state",
        413: "Too large",
        415: "Wrong content type",
        422: "A field cannot be used",
        429: "Too many requests",
        503: "A part beside us failed",
    }.items()
}
"""Declared for every operation; which of them can happen is for each endpoint's text."""


def render(
    status: int,
    code: str,
    detail: str,
    *,
    field: str | None = None,
    errors: Sequence[FieldProblem] = (),
    details: Mapping[str, object] | None = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """Return a problem document."""
    problem = Problem(
        type="about:blank",
        title=HTTPStatus(status).phrase,
        status=status,
        code=code,
        detail=detail,
        field=field,
        errors=list(errors),
        details=dict(details or {}),
    )
    return JSONResponse(
        problem.model_dump(mode="json"), status, media_type=MEDIA_TYPE, headers=dict(headers) if headers else None
    )


def render_error(error: AssistError) -> JSONResponse:
    """Return the document of a deliberate error."""
    if error.http_status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        # A database that is away is told once a request, without a page of its driver each time.
        cause = None if isinstance(error, STORAGE_FAULTS) else error
        log.warning("request_failed", code=error.error_code, detail=error.message, exc_info=cause)
    details = {key: value for key, value in error.details.items() if key not in {"field", "errors"}}
    retry_after = details.get("retry_after_seconds")
    return render(
        error.http_status,
        error.error_code,
        error.message,
        field=error.field if isinstance(error, InvalidInputError) else None,
        errors=_field_problems(error),
        details=details,
        headers=None if retry_after is None else {"Retry-After": str(retry_after)},
    )


def _field_problems(error: AssistError) -> list[FieldProblem]:
    if not isinstance(error, InvalidInputError):
        return []
    only = {"field": error.field, "code": error.error_code, "message": error.message}
    listed = error.details.get("errors")
    return [FieldProblem.model_validate(item) for item in (listed if isinstance(listed, list) else [only])]


def install(app: FastAPI) -> None:
    """Register the handlers of every expected error."""
    # debt: Starlette types a handler for requests or for sockets, never for both.
    app.add_exception_handler(AssistError, _on_assist_error)  # type: ignore[arg-type]
    app.add_exception_handler(RequestValidationError, _on_invalid_request)
    app.add_exception_handler(HTTPException, _on_http_exception)


async def _on_assist_error(connection: Request | WebSocket, error: Exception) -> JSONResponse | None:
    if not isinstance(error, AssistError):
        raise error
    if isinstance(connection, WebSocket):
        await _close_socket(connection, error)
        return None
    return render_error(error)


async def _close_socket(socket: WebSocket, error: AssistError) -> None:
    # A refused handshake tells a browser nothing, so the socket is accepted to carry the reason.
    if socket.application_state is WebSocketState.CONNECTING:
        await socket.accept()
    await socket.close(CLOSE_CODE_BASE + error.http_status, reason=error.error_code)


async def _on_invalid_request(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, RequestValidationError):
        raise error
    faults = error.errors()
    if any(fault["type"] == "json_invalid" for fault in faults):
        return render(400, "malformed_json", "The body is not JSON.")
    if _is_wrong_media_type(request, faults):
        return render(415, "media_type_unsupported", "The body must be application/json.")
    errors = [_field_problem(fault) for fault in faults]
    names = ", ".join(dict.fromkeys(item.field for item in errors))
    return render(
        422, "invalid_request", f"These fields cannot be used: {names}.", field=errors[0].field, errors=errors
    )


def _is_wrong_media_type(request: Request, faults: Sequence[Mapping[str, Any]]) -> bool:
    media_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
    is_json = media_type == "application/json" or media_type.endswith("+json")
    return not is_json and any(tuple(fault["loc"]) == ("body",) and fault["type"] != "missing" for fault in faults)


def _field_problem(fault: Mapping[str, Any]) -> FieldProblem:
    location = [str(part) for part in fault["loc"]]
    if location and location[0] in _BODY_LOCATIONS:
        location = location[1:] or location
    kind = str(fault["type"])
    # pydantic quotes a validator's own text, which is ours, and never the input.
    message = str(fault["msg"]).removeprefix("Value error, ")
    return FieldProblem(field=".".join(location), code=_FIELD_CODES.get(kind, "invalid_value"), message=message)


async def _on_http_exception(_request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, HTTPException):
        raise error
    if is_disk_full(error):
        # FastAPI calls every fault of reading a form a bad request, also an upload that finds no room.
        return render_error(DiskFullError())
    code = _STATUS_CODES.get(error.status_code, "http_error")
    return render(error.status_code, code, f"{HTTPStatus(error.status_code).phrase}.", headers=error.headers)


class UnexpectedErrorMiddleware:
    """Turns a bug into one log line and a 500 that carries only its reference."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and watch over it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        has_started = False

        async def watch(message: Message) -> None:
            nonlocal has_started
            has_started = has_started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watch)
        except Exception:
            reference = uuid4().hex[:12]
            log.exception("request_crashed", reference=reference, method=scope["method"])
            if has_started:
                raise
            response = render(
                500,
                "internal_error",
                f"Something is wrong on the server; the log has it as {reference}.",
                details={"reference": reference},
            )
            await response(scope, receive, send)
