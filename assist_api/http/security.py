"""What every request meets before an endpoint: size limit, same-origin rule, protective headers."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assist_api.http import problem
from assist_api.settings import AssistSettings

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_FOREIGN_ORIGIN_CODE = "foreign_origin"
CLOSE_POLICY_VIOLATION = 1008
"""RFC 6455 7.4.1."""

_PROTECTIVE_HEADERS = {
    # Ant Design writes style elements at run time, hence 'unsafe-inline' for styles and for nothing else.
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
        "font-src 'self' data:; media-src 'self' blob:; worker-src 'self' blob:; connect-src 'self'; "
        "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(self)",
}


def is_same_origin(headers: Mapping[str, str], allowed_origins: frozenset[str]) -> bool:
    """Tell whether a page of ours, or no page at all, sent the request.

    Browsers send `Origin` with every request that changes state and every WebSocket handshake; without it the
    request comes from a program, or `Sec-Fetch-Site` still tells.
    """
    origin = headers.get("origin")
    if origin is None:
        return headers.get("sec-fetch-site", "none") in {"none", "same-origin"}
    # The scheme is not compared: a proxy in front may end TLS. The cookie is bound to the host anyway.
    return origin in allowed_origins or (
        bool(urlsplit(origin).netloc) and urlsplit(origin).netloc == headers.get("host")
    )


class SameOriginMiddleware:
    """Refuses state-changing requests and WebSocket handshakes that a foreign page makes."""

    def __init__(self, app: ASGIApp, allowed_origins: frozenset[str]) -> None:
        self.app = app
        self._allowed_origins = allowed_origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        is_checked = scope["type"] == "websocket" or (scope["type"] == "http" and scope["method"] not in _SAFE_METHODS)
        if not is_checked or is_same_origin(Headers(scope=scope), self._allowed_origins):
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            # Closing before accepting is answered with HTTP 403 by the server.
            await send({"type": "websocket.close", "code": CLOSE_POLICY_VIOLATION, "reason": _FOREIGN_ORIGIN_CODE})
        else:
            response = problem.render(403, _FOREIGN_ORIGIN_CODE, "The request comes from a page of another site.")
            await response(scope, receive, send)


class ProtectiveHeadersMiddleware:
    """Adds the headers that keep a browser from guessing, framing and leaking; API answers are never cached."""

    def __init__(self, app: ASGIApp, is_https: bool) -> None:
        self.app = app
        self._headers = dict(_PROTECTIVE_HEADERS)
        if is_https:
            self._headers["Strict-Transport-Security"] = "max-age=31536000"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and complete the answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def complete(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                if scope["path"].startswith("/api/"):
                    headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self.app(scope, receive, complete)


class BodyLimitMiddleware:
    """Refuses bodies above the limit, announced or streamed; uploads of whole files have limits of their own.

    Args:
        app: The next application.
        most_bytes: The limit of every path that `uploads` does not name.
        uploads: Limits in bytes by path.
    """

    def __init__(self, app: ASGIApp, most_bytes: int, uploads: Mapping[str, int]) -> None:
        self.app = app
        self._most_bytes = most_bytes
        self._uploads = dict(uploads)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on while it stays within its limit."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        limit = self._uploads.get(scope["path"], self._most_bytes)
        announced = Headers(scope=scope).get("content-length", "0")
        if announced.isdecimal() and int(announced) > limit:
            text = f"The body is larger than {limit} bytes."
            await problem.render(413, "too_large", text, details={"limit_bytes": limit})(scope, receive, send)
            return
        received = 0

        async def count() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                # FastAPI lets this class, and no other, pass through its body parser.
                raise HTTPException(413)
            return message

        await self.app(scope, count, send)


def allowed_origins(settings: AssistSettings) -> frozenset[str]:
    """Return the origins besides our own whose pages may change state."""
    origins = set(settings.allowed_origins)
    if settings.public_url is not None:
        parts = urlsplit(str(settings.public_url))
        origins.add(f"{parts.scheme}://{parts.netloc}")
    return frozenset(origins)
