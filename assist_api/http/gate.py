"""Keeps strangers' uploads off the disk: FastAPI reads a body before it asks any dependency."""

from __future__ import annotations

from collections.abc import Collection

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from assist_api.http import problem
from assist_api.http.deps import get_account_in_any_state, get_core
from kit.errors import NotSignedInError


class UploadGateMiddleware:
    """Refuses requests to the upload addresses that come without a session, unread."""

    def __init__(self, app: ASGIApp, paths: Collection[str]) -> None:
        self.app = app
        self._paths = frozenset(paths)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] == "http" and scope["method"] == "POST" and scope["path"] in self._paths:
            connection = HTTPConnection(scope)
            try:
                await get_account_in_any_state(connection, await get_core(connection))
            except NotSignedInError as error:
                await problem.render_error(error)(scope, receive, send)
                return
        await self.app(scope, receive, send)
