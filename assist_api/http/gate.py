"""Keeps strangers' uploads off the disk: FastAPI reads a body before it asks any dependency."""

from __future__ import annotations

from collections.abc import Collection

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from assist_api.http import problem
from assist_api.http.deps import get_account_in_any_state, get_core
from assist_api.http.places import Places
from kit.errors import NotSignedInError, TooManyRequestsError

RETRY_AFTER_SECONDS = 10
"""An upload of a recording is over within seconds on a local network."""


class UploadGateMiddleware:
    """Refuses requests to the upload addresses that come without a session, or too many at once, unread."""

    def __init__(self, app: ASGIApp, paths: Collection[str], uploads_per_account: int) -> None:
        self.app = app
        self._paths = frozenset(paths)
        self._places = Places(uploads_per_account)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] == "http" and scope["method"] == "POST" and scope["path"] in self._paths:
            connection = HTTPConnection(scope)
            try:
                account = await get_account_in_any_state(connection, await get_core(connection))
            except NotSignedInError as error:
                await problem.render_error(error)(scope, receive, send)
                return
            with self._places.take(account.id) as has_place:
                if not has_place:
                    await problem.render_error(self._too_many())(scope, receive, send)
                    return
                await self.app(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def _too_many(self) -> TooManyRequestsError:
        limit = self._places.limit
        text = f"{limit} uploads of this account are under way; wait until one has ended."
        return TooManyRequestsError(text, code="too_many_uploads", limit=limit, retry_after_seconds=RETRY_AFTER_SECONDS)
